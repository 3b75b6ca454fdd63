"""Instances whose __dict__ is asked for, replaced, shared and cleared while hot."""
class A:
    def __init__(self, i): self.a = i; self.b = 2
def f():
    out = []; o = A(0); keep = []
    for i in range(400):
        o.a += 1; o.b = o.a * 2
        if i == 50: d = o.__dict__; keep.append(d)
        if i == 100: d["a"] = 1000
        if i == 150: p = A(1); p.__dict__ = d
        if i > 150: p.a += 1
        if i == 200: o.__dict__ = {"a": 0.5, "b": 0}
        if i == 250: vars(o).clear(); o.a = 1; o.b = 1
        if i == 300: o.c = 5; del o.b; o.b = 0
        if i == 350: o = A(7)
        out.append((o.a, o.b))
    return out[::23], keep, p.a, sorted(o.__dict__)
print(f())
