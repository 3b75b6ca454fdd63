"""A function that replaces its own code, defaults and globals while it runs."""
def new(x, y=100): return x - y
def g(x, y=1):
    if x == 60: g.__code__ = new.__code__
    if x == 20: g.__defaults__ = (5,)
    return x + y
def f(): return [g(i) for i in range(100)]
out = f(); print(out[18:24], out[58:63], sum(out), g.__defaults__)
