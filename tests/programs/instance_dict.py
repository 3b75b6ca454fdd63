"""__dict__ asked for, shared, replaced while attributes are hot."""
class A:
    def __init__(self): self.v = 0
def f():
    a = A(); other = {"v": 1000}
    for i in range(1200):
        a.v += 1
        if i == 300: d = a.__dict__
        if i == 600: d["v"] = 5000
        if i == 900: a.__dict__ = other
    return a.v, d, other
print(f())
