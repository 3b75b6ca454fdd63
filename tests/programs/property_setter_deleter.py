"""Properties with getters that raise, setters, deleters, cached_property."""
from functools import cached_property
class A:
    n = 0
    @property
    def p(self):
        if self.n % 10 == 9: raise AttributeError("ninth")
        return self.n
    @p.setter
    def p(self, v): self.n = v
    @p.deleter
    def p(self): self.n = -1
    @cached_property
    def c(self): return object() and self.n * 2
def f():
    a = A(); out = []
    for i in range(200):
        a.p = i
        try: out.append(a.p)
        except AttributeError as e: out.append(str(e))
        out.append(a.c)
        if i % 50 == 49: del a.p, a.c; out.append(a.n)
        out.append(getattr(a, "p", "default"))
    return out[:40:3], len(out), sum(x for x in out if isinstance(x, int))
print(f())
