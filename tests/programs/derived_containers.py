"""Classes derived from list, tuple, dict, str: what they leave as it is, what they override, and what changes while hot."""
from collections import Counter, OrderedDict, defaultdict, namedtuple


class Plain(list):
    pass


class Long(list):
    def __len__(self):
        return 1000

    def __bool__(self):
        return False


class Shifted(list):
    def __getitem__(self, i):
        return list.__getitem__(self, i - 1) + 100


class Backwards(list):
    def __iter__(self):
        return iter(list(list.__iter__(self))[::-1])


class Word(str):
    pass


class Loud(dict):
    def __missing__(self, key):
        return f"<{key}>"

    def get(self, key, default=None):
        return "got"


class Doubled(dict):
    def __getitem__(self, key):
        return 2 * dict.__getitem__(self, key)

    def __setitem__(self, key, value):
        dict.__setitem__(self, key, value + 1)

    def __len__(self):
        return -5 + 10


Point = namedtuple("Point", "x y")


def walk(items):
    total = 0
    for x in items:
        total += x
    for i, x in enumerate(items):
        total += i * x
    for a, b in zip(items, items):
        total += a * b
    return total


def by_index(items, n):
    total = 0
    for i in range(n):
        total = total * 3 + items[i] - items[-1]
    return total


def use(c, rounds):
    total = 0
    for i in range(rounds):
        c.append(i)
        c[0] = i
        if c:
            total += len(c)
        total += c[i % 3]
    while c:
        total += c.pop()
        if len(c) < 3:
            break
    return total


def unpack(points):
    total = 0
    for p in points:
        x, y = p
        total += x * y + p.x - p[1]
        if not p:
            total += 1000
    return total


def main():
    for cls in (list, Plain, Shifted, Backwards):
        print(cls.__name__, walk(cls(range(40))), by_index(cls(range(40)), 30))
        print(use(cls([1, 2, 3]), 60))
    for cls in (list, Plain, Long):
        n = 0
        c = cls([1, 2])
        for i in range(50):
            if c:
                n += 1
            n += len(c)
        print(n)
    print(unpack([Point(i, i + 1) for i in range(50)]))
    for word in (Word("abcdef"), "abcdef"):
        n = 0
        for i in range(50):
            n += ord(word[i % 6]) + len(word)
            if word:
                n += 1
        print(n)


def dicts():
    for d in ({}, defaultdict(int), Counter(), OrderedDict(), Loud(), Doubled()):
        for i in range(60):
            key = f"k{i % 7}"
            d[key] = i
            if key in d:
                d[key] = d[key] + 1
        print(type(d).__name__, len(d), bool(d), sorted(d.items()))
        print([d.get("k3") for _ in range(30)][-1])
        seen = []
        for i in range(40):
            try:
                seen.append(d["other" if i % 10 == 0 else i % 3])
            except KeyError as e:
                seen.append(repr(e))
            match d:
                case {"k1": value}:
                    seen.append(value)
        print(seen[-6:], len(d))
    words = "the cat and the dog and the bird".split() * 10
    counts = defaultdict(int)
    for w in words:
        counts[w] += 1
    groups = defaultdict(list)
    for w in words:
        groups[len(w)].append(w)
    print(dict(counts), {k: len(v) for k, v in groups.items()})
    n = Counter()
    for w in words:
        n[w] += 1
    print(n.most_common(2))
    order = OrderedDict()
    for w in words:
        order[w] = order.get(w, 0) + 1
        order.move_to_end(w)
    print(order)


class Changing(list):
    pass


def change():
    c = Changing(range(5))
    out = []
    for i in range(90):
        if i == 40:
            Changing.__len__ = lambda self: 77
        if i == 55:
            Changing.__getitem__ = lambda self, k: -k
        if i == 70:
            Changing.__iter__ = lambda self: iter((1, 2))
        if i == 80:
            del Changing.__len__, Changing.__getitem__, Changing.__iter__
        total = len(c) + c[2]
        for x in c:
            total += x
        out.append(total)
    print(out[::5])


def shrinks():
    c = Plain(range(30))
    seen = []
    for x in c:
        seen.append(x)
        if x % 3 == 0:
            c.pop()
    print(seen, len(c))
    it = iter(Plain([1, 2]))
    print(list(it), next(it, "over"))
    for i in range(40):
        try:
            c[i]
        except IndexError as e:
            seen.append(str(e))
    print(seen[-1], len(seen))


main()
dicts()
change()
shrinks()
