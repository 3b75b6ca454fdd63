"""The last reference to an object with __del__ goes by a list item, dict value, attribute, slice, and return."""
log = []
class A:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
class H: pass
def make(n): return A(n)
def f():
    l = [None] * 3; d = {}; h = H()
    for i in range(250):
        l[0] = A(i); d["k"] = A(i + 1000); h.a = A(i + 2000); l[1:2] = [A(i + 3000)]
        make(i + 4000)
        x = make(i + 5000).n
        log.append(-x)
    log.append("out")
f()
print(len(log), log[:20], log[-8:])
