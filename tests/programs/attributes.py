"""Instance attributes, read, stored, added, deleted; instances that look different."""
class A:
    kind = "class"
    def __init__(self, i):
        self.x = i
        if i % 3 == 0: self.extra = 1
        self.y = 2.5
def f():
    t = 0; objs = [A(i) for i in range(30)]
    for i in range(1500):
        o = objs[i % 30]
        o.x += 1; o.y *= 1.0001; t += o.x + len(o.kind)
        if i % 200 == 0: o.kind = "own"
        try: t += o.extra; del o.extra
        except AttributeError as e: m = str(e); o.__dict__["extra"] = 4
    return t, m, repr(objs[3].y), sorted(objs[0].__dict__)
print(f())
