"""More attributes than inline values hold; attributes added in another order."""
class A: pass
def f():
    t = 0
    for i in range(120):
        a = A()
        for k in range(40) if i % 2 else range(39, -1, -1): setattr(a, f"x{k}", k)
        t += a.x5 + a.x39; a.x0 = i; del a.x7
        t += len(a.__dict__) + getattr(a, "x7", -1)
    return t
print(f())
