# Keys of dicts and sets that are instances, types, functions, named tuples: found without code where that is certain, and by their
# own __eq__ and __hash__ where not; what dies when a value is replaced; sets compared.
import collections
import enum

Point = collections.namedtuple("Point", "x y")


class Plain:
    def __init__(self, name):
        self.name = name


class Loud(Plain):
    def __del__(self):
        print("died", self.name)


class Equal:
    log = []

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        self.log.append(self.value)
        return self.value == getattr(other, "value", other)


class Odd(tuple):
    __slots__ = ()

    def __eq__(self, other):
        Equal.log.append(len(self))
        return tuple.__eq__(self, other)

    __hash__ = tuple.__hash__


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def count(keys, rounds):
    table = {}
    for _ in range(rounds):
        for key in keys:
            if key in table:
                table[key] += 1
            else:
                table[key] = 1
    return sorted(table.values()), len(table)


def replace(n):
    key = Plain("key")
    table = {}
    for i in range(n):
        table[key] = Loud(i) if i % 40 == 0 else i
    return table[key]


def sets(pairs):
    out = []
    for a, b in pairs:
        out.append((a <= b) * 1 + (a < b) * 2 + (a == b) * 4 + (a != b) * 8 + (a >= b) * 16 + (a > b) * 32)
    return out


things = [Plain(i) for i in range(5)]
print(count(things, 50))
print(count([Plain, Loud, Point, len, print, count, None, Ellipsis, Colour.RED, Colour.BLUE], 50))
print(count([Point(1, 2), (1, 2), Point(1.0, 2), Point("a", ("b", Point(1, None)))], 50))
print(count([Equal(1), 1, Equal(2), 2.0, "x"], 30), len(Equal.log))
Equal.log.clear()
print(count([Odd((1, 2)), (1, 2), Odd((1, 2))], 30), len(Equal.log))
print(replace(100))
small = [frozenset(range(i, j)) for i in range(6) for j in range(i, 9)]
mixed = small + [set(s) for s in small] + [{"a"}, {"a", 1}, {Point(1, 2)}, {(1, 2)}, set()]
print(hash(tuple(sets((a, b) for a in mixed for b in mixed))))
Equal.log.clear()
odd = [{Equal(1)}, {1}, {Equal(1), 2}, {1, 2}]
for _ in range(20):
    found = sets((a, b) for a in odd for b in odd)
print(found, len(Equal.log))
removed = set(range(50))
for i in range(45):
    removed.discard(i)
    found.append(removed <= small[-1] or removed > {47, 49})
print(found[-45:].count(True))
try:
    for i in range(60):
        found = {1} < ({1, 2} if i < 50 else [1, 2])
except TypeError as e:
    print(i, e)


class Late:
    pass


late = [Late() for _ in range(4)]
table = dict.fromkeys(late, 0)
for i in range(200):
    for key in late:
        table[key] += 1
    if i == 120:
        Late.__eq__ = lambda self, other: self is other
        Late.__hash__ = lambda self: 7
        table = {key: 0 for key in late}
print(sum(table.values()), len(table))
