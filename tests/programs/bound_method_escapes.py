"""Bound methods that escape, compare, and keep their object alive."""
class A:
    def __init__(self, n): self.n = n
    def m(self): return self.n
    def __del__(self): log.append(self.n)
log = []
def f():
    keep = []; t = 0
    for i in range(150):
        a = A(i); m = a.m; t += m()
        if i % 30 == 0: keep.append(m)
        t += a.m == m; t += a.m is a.m; t += m.__self__ is a
        a = None; t += len(log)
        m = None; t += len(log)
    return t, [k() for k in keep], len(log)
print(f())
