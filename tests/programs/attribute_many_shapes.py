"""One site that sees many classes and layouts."""
classes = [type(f"C{i}", (), {"__init__": lambda self, v: setattr(self, "v", v), "m": (lambda k: lambda self: k * self.v)(i)}) for i in range(12)]
class S:
    __slots__ = ("v",)
    def __init__(self, v): self.v = v
    def m(self): return -self.v
def f():
    os = [c(i) for i, c in enumerate(classes)] + [S(5)]
    for o in os[3:6]: o.extra = 1
    t = 0
    for i in range(1000):
        o = os[i * i % 13]; t += o.v + o.m(); o.v = (o.v + 1) % 50
    return t
print(f())
