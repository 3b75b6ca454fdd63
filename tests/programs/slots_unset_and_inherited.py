"""Slots that are not set, deleted, inherited, beside a __dict__."""
class A: __slots__ = ("x", "y")
class B(A): __slots__ = ("z",)
class C(B): pass
def f():
    out = []
    for i in range(200):
        o = (A, B, C)[i % 3]()
        try: o.x
        except AttributeError as e: out.append(str(e))
        o.x = i; o.y = o.x * 2
        try: o.z = 1
        except AttributeError as e: out.append(str(e))
        try: o.w = 1; out.append(o.w)
        except AttributeError as e: out.append(str(e))
        del o.y
        out.append(hasattr(o, "y"))
    return out[:12], len(out)
print(f())
