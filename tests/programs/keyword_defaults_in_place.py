"""__kwdefaults__ and __defaults__ changed: the dict in place, the tuple by another."""
def h(x, z=2, *, y=1): return x + y + z
def f():
    out = []
    for i in range(80):
        if i == 20: h.__kwdefaults__.update(y=10)
        if i == 40: h.__kwdefaults__["y"] = 0.5
        if i == 50: h.__defaults__ = (100,)
        if i == 60: h.__kwdefaults__ = {"y": "no"}
        if i == 70: del h.__kwdefaults__["y"]
        try: out.append(h(3))
        except TypeError as e: out.append(str(e))
    return out
print(f())
