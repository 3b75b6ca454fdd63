"""Recursion whose frames are looked at: depth and locals from a callee, objects that die loudly, defaults, names rebound while it runs."""
import sys
import gc


def stack():
    f, out = sys._getframe(1), []
    while f is not None and f.f_code.co_name == "walk":
        out.append((f.f_locals["n"], f.f_lineno))
        f = f.f_back
    return out


seen = []


def walk(n, step=1):
    if n <= 0:
        if len(seen) < 4:
            seen.append(stack())
        return 1
    return walk(n - step) + walk(n - step - 1)


for _ in range(40):
    r = walk(7)
print(r, walk(9, 2), [len(s) for s in seen], seen[0])


class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        f = sys._getframe(1)
        names = []
        while f is not None:
            names.append(f.f_code.co_name)
            f = f.f_back
        Loud.log.append((self.n, names.count("hold")))


def hold(n, what=None):
    if n == 0:
        return 0
    mine = Loud(n) if n % 3 == 0 else None
    return hold(n - 1, mine) + 1


for _ in range(60):
    Loud.log.clear()
    hold(9)
print(Loud.log)


def count(n):
    if n < 2:
        return 1
    return count(n - 1) + count(n - 2)


def other(n):
    return 1000


for _ in range(20):
    count(10)
old = count
count = other
print(old(5))
count = old
print(count(10))


class Trip(int):
    def __lt__(self, n):
        count.__code__ = other.__code__
        return int(self) < n


print(count(Trip(6)), count(3))


def mutual_a(n, acc):
    if n == 0:
        return acc
    acc.append(n)
    return mutual_b(n - 1, acc)


def mutual_b(n, acc):
    if n == 0:
        return acc
    return mutual_a(n - 1, acc + [-n])


for _ in range(60):
    r = mutual_a(20, [])
print(r)


def tree(n):
    return None if n == 0 else (tree(n - 1), float(n), tree(n - 1))


def total(t):
    return 0.0 if t is None else total(t[0]) + t[1] + total(t[2])


t = tree(9)
print(total(t), total(t), total(tree(5)))


def collect(n):
    if n == 0:
        gc.collect()
        return []
    x = [n]
    x.append(x)
    return collect(n - 1) + [n]


for _ in range(12):
    r = collect(12)
print(r)
lines = []


def tracer(frame, event, arg):
    if frame.f_code.co_name in ("watched", "poke"):
        lines.append((event, frame.f_lineno - watched.__code__.co_firstlineno))
    return tracer


def poke(n):
    if n == 77:
        sys.settrace(tracer)


def watched(n, m):
    if n < 2:
        poke(m)
        return n
    return watched(n - 1, m) + watched(n - 2, 0)


for _ in range(40):
    watched(8, 0)
watched(5, 77)
sys.settrace(None)
print(len(lines), lines[:12])
