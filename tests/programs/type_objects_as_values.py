"""Types compared, called, keyed and changed as ordinary values in a loop."""
def f():
    ts = [int, float, str, list, bool, tuple, dict, set]; d = {}; out = []
    for i in range(240):
        t = ts[i % 8]; v = t(); d[t] = d.get(t, 0) + 1; out.append((type(v) is t, v == t(), bool(v)))
        out.append(type(t("12")) if t in (int, float, str) else type(t([])) if t is not dict else None)
    return out[:16], list(d.values())
print(f())
