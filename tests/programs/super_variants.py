"""super() with properties, class methods, multiple inheritance, and attributes set through it."""
class A:
    def __init__(self, x): self.x = x
    def m(self): return ["A"]
    @property
    def p(self): return self.x
class B(A):
    def m(self): return ["B"] + super().m()
    @property
    def p(self): return super().p + 1
class C(A):
    def m(self): return ["C"] + super().m()
class D(B, C):
    def __init__(self, x): super().__init__(x * 2)
    def m(self): return ["D"] + super().m()
def f():
    t = 0; last = None
    for i in range(200):
        o = (A, B, C, D)[i % 4](i); last = o.m(); t += o.p + len(last)
        if i == 120: C.m = lambda self: ["patched"]
    return t, last
print(f())
