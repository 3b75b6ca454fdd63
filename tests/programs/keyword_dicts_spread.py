# f(*args, **kwargs) where the keywords are bound by name, left over for **kw, given twice, unknown, or other ones in some rounds; what
# **kw looks like inside, in which order; who dies when.
class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("died", self.name)


class Point:
    def __init__(self, x, y=0, *, z=1):
        self.sum = x + y * 10 + z * 100

    def moved(self, dx, dy=1, **more):
        return self.sum + dx + dy * 2 + sum(more.values()) * 3

    @classmethod
    def make(cls, *args, **kwargs):
        return cls(*args, **kwargs)

    def __call__(self, *args, **kwargs):
        return len(args) * 100 + sum(kwargs.values())


def g(a, b=2, *, c=3):
    return a + b * 7 + c * 49


def positional(a, /, **kw):
    return a, tuple(kw.items())


def shows(**kw):
    kw["extra"] = len(kw)
    return tuple(kw.items())


def wrap(function, *args, **kwargs):
    return function(*args, **kwargs)


def run(n):
    total = 0
    named = {"x": 1, "y": 5}
    for i in range(n):
        total += wrap(g, i, b=3, c=i) + wrap(g, i, c=1) + wrap(g, 1)
        p = Point(**named) if i % 3 else Point.make(1, z=i)
        total += p.moved(i, **{"dy": 4}) + p.moved(1, **{"u": i, "v": 2}) + wrap(p, 1, 2, k=i)
        total += wrap(p.moved, dx=i, w=1) + len(wrap(shows, q=1)) + wrap(int, "12", base=8) + wrap(max, 3, 4, key=lambda v: -v)
    return total


def orders(n):
    seen = set()
    for i in range(n):
        kw = {"b": 1, "c": 2} if i % 2 else {"c": 2, "b": 1}
        seen.add(wrap(shows, **kw))
        seen.add(wrap(positional, 0, **kw))
        seen.add(positional(1, a=i % 3, **kw))
        seen.add(wrap(g, 1, **kw))
    return sorted(seen, key=repr)


def wrong(n):
    for i in range(n):
        kw = {"b": 1}
        if i % 50 == 49:
            kw = [{"a": 1}, {"nobody": 2}, {1: 2}, {"b": 1, "c": 2, "d": 3}, {}, None, {"b": 5, "a": 6}][i // 50 % 7]
        try:
            wrap(g, 1, **kw)
        except TypeError as e:
            print(i, e)
        try:
            wrap(shows, **kw)
        except TypeError as e:
            print(i, e)


def deaths(n):
    for i in range(n):
        name = Loud(i) if i % 40 == 0 else i
        wrap(shows, thing=name)
        kw = {"thing": name}
        del name
        wrap(shows, **kw)
        if i % 40 == 0:
            print("held", i)


def grows(n, **kw):
    for i in range(n):
        if i % 60 == 59:
            kw["k%d" % i] = i
        kw = dict(wrap(shows, **kw))
        del kw["extra"]
    return sorted(kw)


print(run(300))
print(orders(200))
wrong(400)
deaths(100)
print(grows(200, start=1))
