# getattr, hasattr, issubclass, callable and id in traces: with classes, instances, metaclasses and hooks, changed meanwhile.
class Plain:
    kind = "plain"

    def __init__(self, n):
        self.n = n

    def method(self):
        return self.n


class Slots:
    __slots__ = ("n",)
    kind = "slots"

    def __init__(self, n):
        self.n = n


class Hooked:
    def __init__(self, n):
        self.n = n

    def __getattr__(self, name):
        log.append(name)
        return len(log)


class Property:
    @property
    def n(self):
        log.append("n")
        return 7


class Meta(type):
    def __getattr__(cls, name):
        log.append("meta " + name)
        return 3

    def __subclasscheck__(cls, other):
        log.append("check")
        return True


class Made(metaclass=Meta):
    pass


class ClassMethod:
    @classmethod
    def n(cls):
        return 1


log = []
kinds = (Plain, Slots, Hooked, Property, Made, ClassMethod)


def look(objects, rounds):
    total = 0
    for i in range(rounds):
        for o in objects:
            n = getattr(o, "n", 5)
            total += n if isinstance(n, int) else 100
            total += hasattr(o, "missing") + callable(getattr(o, "method", None))
            cls = type(o)
            total += issubclass(cls, Plain) + issubclass(cls, (Slots, Hooked)) + issubclass(cls, Made)
            total += len(str(getattr(cls, "kind", None)))
            total += hasattr(cls, "n") + (id(o) == id(o)) + callable(cls)
            repr_of = getattr(cls, "__repr__", None)
            total += repr_of is object.__repr__
    return total


instances = [Plain(1), Slots(2), Hooked(3), Property(), Made(), ClassMethod(), 5, "x", None, Plain]
print(look(instances, 60), len(log), log[-4:])
for one in instances:
    log.clear()
    print(look([one] * 5, 40), len(log))

plain = Plain(4)
found = []
for i in range(300):
    if i == 100:
        Plain.missing = 1
    if i == 150:
        del Plain.missing
    if i == 200:
        Plain.n = property(lambda self: found.append(i) or 9)
    if i == 280:
        del Plain.n
    found.append((hasattr(plain, "missing"), getattr(plain, "n", None), getattr(Plain, "missing", None)))
print(len(found), found[99:102], found[150:152], found[199:203], found[-2:])

try:
    for i in range(100):
        getattr(plain, "n" if i < 90 else "nothing")
except AttributeError as error:
    print(error, i)
