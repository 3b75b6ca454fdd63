# Counters, dicts with a default and classes that override a part of dict, read and stored in loops; tuples compared item by item.
import collections


class Missing(dict):
    def __missing__(self, key):
        value = self[key] = len(self)
        return value


class Raises(dict):
    def __missing__(self, key):
        raise LookupError(key)


class Contains(dict):
    def __contains__(self, key):
        return True


class Stores(dict):
    def __setitem__(self, key, value):
        dict.__setitem__(self, key, value * 2)


class Deletes(dict):
    def __delitem__(self, key):
        print("deleted", key)
        dict.__delitem__(self, key)


class Loud:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        if self.n % 60 == 0:
            print("died", self.n)


def count(table, keys):
    for key in keys:
        table[key] += 1
    return sorted(table.items(), key=repr)


def words(n):
    return ["w%d" % (i * i % 11) for i in range(n)]


def pairs(n):
    return [(i % 3, "ab"[i % 2]) for i in range(n)]


for make in (collections.Counter, lambda: collections.defaultdict(int), lambda: Missing(), lambda: Contains.fromkeys(words(30) + pairs(30), 0),
             lambda: Stores.fromkeys(words(30) + pairs(30), 1), lambda: Deletes.fromkeys(words(30) + pairs(30), 0)):
    print(count(make(), words(300))[:4], len(count(make(), pairs(300))))
table = Raises(a=1)
for i in range(100):
    try:
        table["a"] += 1
        table["ab"[i > 60]] += 1
    except LookupError as e:
        table["b"] = i
print(table)
for i in range(100):
    d = Deletes({1: 2, i: 3})
    if i % 33 == 32:
        del d[1]
    d[5] = i
    if 5 not in d or (i + 1000) in d:
        print("lost")
print(len(d), 77 in Contains(), Stores(a=1)["a"])
lists = collections.defaultdict(list)
for i in range(300):
    lists[i % 7].append(i)
print({k: len(v) for k, v in lists.items()})
held = collections.Counter()
for i in range(200):
    held["x"] = Loud(i)
held.clear()


def compare(pairs, rounds):
    equal = different = 0
    for _ in range(rounds):
        for a, b in pairs:
            if (a, b) == (b, a):
                equal += 1
            if (a, 1) != (b, 1):
                different += 1
            if (a,) == (b, b) or (a, b, 3) == (a, b, "3"):
                equal += 1000
    return equal, different


class Odd:
    calls = 0

    def __eq__(self, other):
        Odd.calls += 1
        return True

    __hash__ = None


nan = float("nan")
print(compare([(1, 1), (1, 2), ("a", "a"), ("a", "b"), (1, 1.0), (1, True), (None, None), (b"x", b"x"), ((1, 2), (1, 2)), (1 << 70, 1 << 70)], 30))
print(compare([(Odd(), 1), (1, Odd()), (len, len), (Odd, print)], 30), Odd.calls)
print(compare([([1], [1]), ([1], [2]), (0.0, -0.0), (1, "1")], 30))
x = []
for i in range(120):
    for a, b in zip([i, i + 1][:2], [i, 5][:1]):
        x.append((a, b) == (5, 5))
    for a, (b, c) in enumerate(zip([Loud(1), Loud(2)], ["p", "q"])):
        x.append((a, c) == (1, "q"))
print(x.count(True), len(x))
