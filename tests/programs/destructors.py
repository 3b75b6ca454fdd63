"""__del__ and weakref callbacks run between the same side effects."""
import weakref
log = []
class A:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(("del", self.n))
class B:
    pass
def f():
    last = None
    for i in range(300):
        a = A(i)
        log.append(("made", i))
        if i % 3: a = None; log.append(("cleared", i))
        l = [A(1000 + i)]
        l[0] = None
        log.append("after list")
        b = B(); w = weakref.ref(b, lambda r: log.append("dead")); b = 1
        log.append(w() is None)
        (lambda x: log.append(x.n))(A(-i))
        log.append("end")
f()
print(len(log), log[:30], hash(str(log)) == hash(str(log)), log[-5:])
