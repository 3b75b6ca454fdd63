"""Attributes found on a metaclass, a data descriptor, a class and an instance, in turns."""
class D:
    def __init__(self, n): self.n = n
    def __get__(self, o, t): return (self.n, o is None)
    def __set__(self, o, v): log.append(v)
class N:
    def __get__(self, o, t): return "non-data"
class M(type): m = D("meta")
class A(metaclass=M): d = D("data"); n = N()
log = []
def f():
    a = A(); out = []
    for i in range(200):
        a.d = i; out.append((getattr(a, "d", 0), a.n, A.m, getattr(A, "d", "gone"), hasattr(a, "m")))
        if i == 80: a.__dict__["n"] = "own"
        if i == 120: a.__dict__["d"] = "hidden"
        if i == 150: del A.d
    return [out[k] for k in (0, 79, 80, 81, 119, 121, 149, 151, 199)], len(log), sorted(vars(a))
print(f())
