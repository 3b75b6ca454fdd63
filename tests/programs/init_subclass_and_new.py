"""__new__ giving other types, __init_subclass__, __class_getitem__, __call__ on metaclasses."""
class A:
    made = 0
    def __new__(cls, n):
        if n % 5 == 0: return n
        o = super().__new__(cls); A.made += 1; return o
    def __init__(self, n): self.n = n
    def __class_getitem__(cls, k): return k
    def __init_subclass__(cls, **k): cls.k = k
class M(type):
    def __call__(cls, *a): return (cls.__name__, super().__call__(*a).v)
class B(metaclass=M):
    def __init__(self, v): self.v = v
def f():
    t = 0; out = []
    for i in range(200):
        a = A(i); t += a if isinstance(a, int) else a.n
        out.append(B(i)); out.append(A[i])
        if i % 40 == 0:
            class C(A, tag=i): pass
            out.append(C.k); out.append(C(3).n)
    return t, A.made, out[:6], len(out)
print(f())
