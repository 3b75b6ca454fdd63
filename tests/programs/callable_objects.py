"""Calls of instances, bound methods kept in variables, partials, builtins, types, static and class methods."""
from functools import partial
class A:
    def __call__(self, x): return x + 1
    def m(self, x): return x + 2
    @classmethod
    def c(cls, x): return x + 3
    @staticmethod
    def s(x): return x + 4
def f():
    a = A(); fs = [a, a.m, A.c, A.s, a.s, partial(pow, 2), int, str, abs, len, [].append, A.m.__get__(a), lambda x: x, max, print.__class__]
    out = []
    for i in range(300):
        g = fs[i % len(fs)]
        try: out.append(g(i))
        except TypeError as e: out.append(str(e))
    return out[:15], len(out), sum(x for x in out if isinstance(x, int))
print(f())
