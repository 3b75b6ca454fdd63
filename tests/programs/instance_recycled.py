"""Short-lived instances one after another: no attribute of the last shows in the next."""
class A:
    def __init__(self, i):
        if i % 3: self.x = i
        if i % 2: self.y = [i]
def f():
    out = []; keep = []
    for i in range(400):
        a = A(i); out.append((getattr(a, "x", None), getattr(a, "y", None), len(a.__dict__) if i % 50 == 0 else 0))
        if i % 60 == 0: keep.append(a)
        if i % 7 == 0: a.z = 1
        b = A(i + 1); a = b if i % 11 == 0 else a
    return out[::31], [vars(k) for k in keep], len({id(k) for k in keep})
print(f())
