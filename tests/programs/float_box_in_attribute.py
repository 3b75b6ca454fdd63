"""A float in an attribute is shared with another instance and with a closure."""
class A: pass
def f():
    a = A(); b = A(); a.v = 1.0; b.v = a.v; c = a.v; g = lambda: c
    for i in range(400):
        a.v = a.v + 0.25
        if i % 40 == 0: b.v = a.v
        b.v -= 0.125
        if i == 200: c = a.v
    return a.v, b.v, c, g()
print(f())
