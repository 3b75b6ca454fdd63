"""Methods, class attributes, bases and __class__ changed while hot."""
class A:
    k = 1
    def m(self): return self.k
class B(A):
    def m(self): return 1000
def f():
    a = A(); out = []
    for i in range(2000):
        if i == 300: A.k = 5
        if i == 600: A.m = lambda self: self.k * 10
        if i == 900: a.k = 7
        if i == 1200: a.__class__ = B
        if i == 1500: del B.m
        if i == 1700: B.__getattr__ = lambda self, n: 3
        out.append(a.m())
    return [out[i] for i in (0, 299, 300, 599, 600, 899, 900, 1199, 1200, 1499, 1500, 1999)], sum(out)
print(f())
