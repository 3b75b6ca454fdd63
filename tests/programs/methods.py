"""Bound methods, classmethods, staticmethods, super, __call__, inheritance."""
class A:
    count = 0
    def __init__(self, v): self.v = v
    def get(self): return self.v
    @classmethod
    def make(cls, v): cls.count += 1; return cls(v)
    @staticmethod
    def twice(x): return x * 2
    def __call__(self, x): return self.v + x
class B(A):
    def __init__(self, v): super().__init__(v + 1); self.w = v
    def get(self): return super().get() * 2 + self.w
def f():
    t = 0; a = A(3); m = a.get; objs = [A(1), B(2)]
    for i in range(900):
        t += m() + A.get(a) + A.twice(i) + a.twice(i) + a(i) + B.make(i).get() + objs[i & 1].get()
    return t, A.count, B.count
print(f())
