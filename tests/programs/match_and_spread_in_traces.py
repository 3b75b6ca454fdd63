# match statements, starred assignments, and calls with * and ** in hot loops.
import collections


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


class Sub(dict):
    pass


class Weird:
    @property
    def __class__(self):
        return int


def shapes(n):
    data = [(1, 2), {"a": 1}, 5, "s", [1, 2, 3], 2.5, None, {"a": 1, "b": 2}, {"b": 5}, True, b"x", (), Point(1, 2), Sub(a=4), range(3), {1: 2},
            Weird(), collections.deque([1, 2]), collections.OrderedDict(a=9)]
    out = collections.Counter()
    for i in range(n):
        match data[i % len(data)]:
            case (a, b):
                out["pair", a, b] += 1
            case {"a": x, "b": y}:
                out["ab", x, y] += 1
            case {"a": x, **rest}:
                out["a", x, len(rest)] += 1
            case {1: v}:
                out["one", v] += 1
            case bool(b):
                out["bool", b] += 1
            case int(k):
                out["int", type(k).__name__] += 1
            case str() | bytes():
                out["text"] += 1
            case [first, *others]:
                out["list", first, len(others)] += 1
            case float():
                out["float"] += 1
            case None:
                out["none"] += 1
            case Point(x=x, y=y):
                out["point", x, y] += 1
            case {}:
                out["map"] += 1
            case []:
                out["empty"] += 1
            case _:
                out["else"] += 1
    return sorted(out.items(), key=repr)


def registered(n):
    class Seq:
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return [7, 8][i]

    hits = 0
    for i in range(n):
        if i == n // 2:
            collections.abc.Sequence.register(Seq)
        match Seq():
            case [a, b]:
                hits += a + b
    return hits


def starred(n):
    total = 0
    things = [[1, 2, 3, 4], (1, 2), [5, 6, 7], "abc", range(3), (x for x in (1, 2, 3))]
    for i in range(n):
        try:
            a, *b, c = things[i % 5]
            total += len(b) + (a if isinstance(a, int) else ord(c))
            *b, c = things[i % 3]
            b.append(c)
            total += sum(b)
            a, *b = things[i % 2][: i % 3]
        except ValueError as e:
            total += len(str(e))
    return total


def add(a, b, c=0, *more, d=0, **kw):
    return a + b + c + sum(more) + d + sum(kw.values())


def three(a, b, c):
    return a * b + c


class Method:
    def m(self, a, b):
        return a - b


def spread(n):
    total, m = 0, Method()
    for i in range(n):
        pair, triple = (i, 1), [i, 2, 3]
        total += three(*triple) + three(*pair, 2) + add(*pair) + add(*triple, *pair) + m.m(*pair) + max(*triple)
        total += len("{} {}".format(*pair))
        total += add(*pair, **{}) + add(*range(i % 4 + 2))
        if i % 50 == 0:
            try:
                three(*pair)
            except TypeError as e:
                total += len(str(e))
    return total


def keywords(n):
    total, d, e = 0, {"d": 1}, {}
    for i in range(n):
        total += add(i, 1, **d) + add(i, 1, **e) + add(i, b=2, **d, z=3)
        total += len(dict(**d, a=i)) + len({**d, "x": i, **e}) + int("11", **({"base": 2} if i % 2 else {}))
        if i % 60 == 0:
            try:
                add(1, 2, **d, **d)
            except TypeError as x:
                total += len(str(x))
            try:
                add(1, 2, **{1: 2})
            except TypeError as x:
                total += len(str(x))
            try:
                add(1, 2, **5)
            except TypeError as x:
                total += len(str(x))
        if i == n // 2:
            e["q"] = 5
    return total


def decorated(n):
    def deco(f):
        def wrapper(*args, **kwargs):
            return f(*args, **kwargs)

        return wrapper

    g = deco(three)
    total = 0
    for i in range(n):
        total += g(i, 2, 3) + (g(i, b=1, c=2) if i % 3 == 0 else 0)
    return total


def dies(n):
    log = []

    class Loud:
        def __init__(self, i):
            self.i = i

        def __del__(self):
            log.append(self.i)

    def take(a, *rest):
        log.append("take")
        return len(rest)

    for i in range(n // 8):
        take(*[Loud(i), 2])
        log.append("after")
        a, *b = [Loud(i), Loud(-i)]
        log.append("unpacked")
        del b
        log.append("gone")
        d = {**{"x": Loud(i + 1000)}, "x": 1}
        log.append("merged")
    return log


for function in (shapes, registered, starred, spread, keywords, decorated, dies):
    print(function.__name__, function(400))
