"""__slots__, property, custom descriptors, __getattr__, __setattr__."""
class S:
    __slots__ = ("a", "b")
class D:
    def __get__(self, o, t): return 7 if o is None else o.n * 2
    def __set__(self, o, v): o.n = v + 1
class P:
    d = D()
    def __init__(self): self.n = 0; self._q = 1
    @property
    def q(self): return self._q
    @q.setter
    def q(self, v): self._q = v % 1000
    def __getattr__(self, name): return len(name)
    def __setattr__(self, k, v): object.__setattr__(self, k, v)
def f():
    s = S(); s.a = 0; p = P(); t = 0
    for i in range(900):
        s.a += i
        try: t += s.b; del s.b
        except AttributeError: s.b = 3
        p.d = i; t += p.d + p.q + p.unknown; p.q += i; t += P.d
    return s.a, t, p.q, p.n
print(f())
