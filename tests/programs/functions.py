"""Calls: positional, defaults, keywords, stars, keyword-only."""
def a(x, y=2, *rest, k=3, **kw): return x + y * 10 + sum(rest) * 100 + k * 1000 + sum(kw.values()) * 10000
def b(x, /, y, *, z=1): return x - y + z
def f():
    t = 0; args = (1, 2, 3); kws = {"k": 5, "m": 6}
    for i in range(800):
        t += a(i) + a(i, 1) + a(i, y=3) + a(i, 1, 2, 3) + a(1, k=i) + a(*args) + a(*args, **kws) + a(1, q=i)
        t += b(i, 2) + b(i, y=1, z=i) + (lambda v, w=i: v * w)(3)
    return t
print(f())
def g(n):
    for i in range(n):
        if i == n - 1: b(1, 2, 3)
        b(1, 2)
try: g(500)
except TypeError as e: print(e)
