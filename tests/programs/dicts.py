"""Dicts: read, store, delete, order, missing keys, other keys' types."""
def f():
    d = {}; t = 0; miss = 0
    for i in range(2000):
        k = i * 7 % 101
        d[k] = d.get(k, 0) + i
        if k % 10 == 3 and k in d: del d[k]
        try: t += d[i % 150]
        except KeyError as e: miss += e.args[0]
        d.setdefault("s%d" % (k % 5), []).append(i) if i % 50 == 0 else None
        t += len(d)
    return t, miss, list(d)[:20], [len(v) for v in d.values() if isinstance(v, list)]
print(f())
d = {1: "int", 1.5: "f", "1": "s", (1, 2): "t", None: "n", True: "b"}
print([d.get(k) for k in (1, 1.0, True, 1.5, "1", (1, 2), None, 2)] * 1)
def g(): return [d[1.0] for _ in range(300)][-1]
print(g())
