"""locals() in functions, comprehensions and classes; writes to it do not reach the variables."""
def f():
    out = []
    for i in range(80):
        x = i; d = locals(); d["x"] = -1; out.append(x); e = locals(); out.append(e["x"])
        out.append([sorted(locals())[0] for j in range(1)][0])
        class C: y = i; z = sorted(k for k in locals() if not k.startswith("_"))
        out.append(C.z)
        del d, e
    return out[:8], len(out)
print(f())
