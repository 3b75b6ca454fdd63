"""Metaclasses, __instancecheck__, abc, __new__, __init_subclass__."""
import abc
class M(type):
    def __call__(cls, *a): o = super().__call__(*a); o.tag = len(a); return o
    def __instancecheck__(cls, o): return hasattr(o, "tag")
class A(metaclass=M):
    def __new__(cls, *a): o = object.__new__(cls); o.made = True; return o
    def __init__(self, *a): self.a = a
class Sh(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
class Sq(Sh):
    def __init__(self, s): self.s = s
    def area(self): return self.s ** 2
def f():
    t = 0
    for i in range(400):
        a = A(1, i); t += a.tag + a.a[1] + isinstance(a, A) + isinstance(i, A) + Sq(i).area() + isinstance(Sq(1), Sh)
        try: Sh()
        except TypeError: t += 1
    return t
print(f())
