"""A float that two places hold must not be changed in place."""
class A: pass
def f():
    a = A(); a.v = 0.5; b = A(); l = [0.0] * 3; keep = []
    for i in range(800):
        b.v = a.v
        a.v += 1.25
        x = l[0]
        l[0] += 2.0
        l[1] = l[0]
        y = a.v
        a.v *= 1.0
        if i % 200 == 0: keep.append(a.v); keep.append(l[0]); keep.append(x); keep.append(y)
    return a.v, b.v, l, keep, x, y
print(f())
