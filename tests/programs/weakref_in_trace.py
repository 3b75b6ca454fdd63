"""Objects with weak references: proxies, dictionaries, dead by the next line."""
import weakref
class A:
    def __init__(self, n): self.n = n
def f():
    t = 0; k = weakref.WeakKeyDictionary()
    for i in range(200):
        a = A(i); p = weakref.proxy(a); r = weakref.ref(a); k[a] = i
        t += p.n + r().n + len(k)
        a = None
        t += (r() is None) + len(k)
        try: p.n
        except ReferenceError: t += 1
    return t
print(f())
