"""lru_cache, singledispatch, reduce, partial, total_ordering, wraps in loops."""
from functools import lru_cache, singledispatch, reduce, partial, total_ordering, wraps
@lru_cache(maxsize=20)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
@singledispatch
def show(x): return "other"
@show.register
def _(x: int): return "int"
@show.register
def _(x: list): return "list"
@total_ordering
class T:
    def __init__(self, n): self.n = n
    def __lt__(self, o): return self.n < o.n
    def __eq__(self, o): return self.n == o.n
def deco(f):
    @wraps(f)
    def w(*a, **k): return f(*a, **k) + 1
    return w
@deco
@deco
def h(x): return x
def f():
    out = []
    for i in range(150):
        out += [fib(i % 40), show((i, [], "s")[i % 3]), reduce(lambda a, b: a * 3 + b, range(i % 7), 1), T(i) >= T(5), h(i), partial(h, i)()]
        if i == 70: show.register(str, lambda x: "str")
    return out[-12:], fib.cache_info().hits > 0
print(f())
