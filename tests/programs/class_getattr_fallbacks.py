"""__getattr__, __getattribute__ and module __getattr__, appearing and going."""
import types, sys
mod = types.ModuleType("mod"); mod.x = 1
class A:
    def __init__(self): self.x = 1
def f():
    a = A(); out = []
    for i in range(200):
        if i == 40: A.__getattr__ = lambda s, n: "fallback " + n
        if i == 80: A.__getattribute__ = lambda s, n: object.__getattribute__(s, n) if n == "x" else "always"
        if i == 120: del A.__getattribute__
        if i == 160: del A.__getattr__
        if i == 60: mod.__getattr__ = lambda n: n * 2
        for o, n in ((a, "x"), (a, "y"), (mod, "x"), (mod, "z")):
            try: out.append(getattr(o, n))
            except AttributeError as e: out.append(str(e)[:30])
        try: out.append(a.y)
        except AttributeError: out.append("none")
    return [tuple(out[k * 5:k * 5 + 5]) for k in (0, 39, 40, 60, 79, 80, 119, 120, 159, 160)]
for row in f(): print(row)
