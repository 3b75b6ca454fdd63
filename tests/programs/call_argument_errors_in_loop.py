"""A call that starts to fail because the function's signature was replaced."""
def h(x): return x
def f():
    out = []
    for i in range(150):
        if i == 50: globals()["h"] = lambda x, y: x
        if i == 80: globals()["h"] = lambda *, x: x
        if i == 110: globals()["h"] = 5
        if i == 130: globals()["h"] = lambda x=1, *a: x + 1
        try: out.append(h(i))
        except TypeError as e: out.append(str(e))
    return out[48:52], out[79:82], out[109:112], out[129:132]
print(f())
