"""sorted, min, max, map and filter with functions in Python; exceptions in them."""
def key(x): return -x % 13, x
class N:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
def f():
    xs = [i * 7919 % 1009 for i in range(800)]
    a = sorted(xs, key=key)[:5]; b = min(xs, key=lambda x: (x - 500) ** 2); c = list(map(lambda x, y: x + y, xs, xs))[3]
    d = len(list(filter(lambda x: x % 3 == 0, xs))); e = [n.v for n in sorted(map(N, xs))][:3]
    def bad(x):
        if x == 900: raise LookupError(x)
        return x
    try: xs.sort(key=bad)
    except LookupError as err: g = str(err)
    import functools
    return a, b, c, d, e, g, functools.reduce(lambda p, q: (p * 31 + q) % 1000003, xs)
print([f() for _ in range(3)][-1])
