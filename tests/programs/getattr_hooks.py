"""__getattribute__, module __getattr__, and attribute errors as control flow."""
class G:
    def __init__(self): self.n = 0
    def __getattribute__(self, name):
        if name == "magic": return 42
        return object.__getattribute__(self, name)
class Q:
    a = 1
def f():
    g = G(); q = Q(); t = 0
    for i in range(700):
        t += g.magic + g.n; g.n = i
        t += getattr(q, "a" if i % 2 else "b", 10)
        try: q.zz
        except AttributeError: t += 1
        if i == 350: Q.b = 500
        if i == 500: Q.zz = 1
    return t
print(f())
