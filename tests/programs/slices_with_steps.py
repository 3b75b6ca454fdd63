"""Slices with a step and slice stores in a loop: what is lost may be seen to die, bounds may change their type, a step may be 0."""
import weakref


class Loud:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        died.append(self.n)


class Bound:
    def __index__(self):
        log.append("index")
        return 3


died, log = [], []


def flips(items):
    n = 0
    first = items[0]
    while first:
        items[: first + 1] = items[first::-1]
        n += 1
        first = items[0]
    return n


def by(values, start, stop, step):
    out = []
    for v in values:
        out.append(v[start:stop:step])
    return out


def inserts(n):
    out = []
    for i in range(n):
        out.insert(i * 7 % 11 - 3, i)
        if i % 5 == 0:
            out.insert(0, out.pop(0))
    return out


def put(n):
    items = [Loud(i) for i in range(4)]
    for i in range(n):
        items[:2] = [Loud(100 + i), i]
        items[1:] = (i, i + 1, i + 2)
        died.append("|")
    return len(items)


print([flips([3, 1, 2, 0]), flips([2, 3, 1, 0])] * 2, flips([0]))
total = 0
for k in range(300):
    total += flips([4, 2, 1, 5, 3, 0]) + flips([(k % 3) and 1, 0])
print(total)
for values in ([1, 2, 3, 4, 5],), ("abcdef",), ((1, 2, 3),), (b"bytes",):
    print(by(values * 40, None, None, -1)[-1], by(values * 40, 1, 10**30, 2)[-1], by(values * 40, -2, None, None)[-1])
print(by([[1, 2, 3, 4, 5]] * 40, Bound(), 0, -1)[-1], len(log))
try:
    by([[1, 2]] * 39, None, None, 0)
except ValueError as e:
    print(e)
mixed = [[1, 2, 3]] * 50 + ["abc"] * 50 + [(1, 2, 3)] * 50
print(by(mixed, None, None, -1)[::49])
print(inserts(200))
print(put(40), died)
