"""Constant keys read, written, deleted, and moved to another index."""
def f():
    d = {"a": 1, "b": 2, "c": 3}; out = []
    for i in range(400):
        d["a"] += 1; d["b"] = d["a"] + d["c"]
        if i == 100: del d["a"]; d["a"] = 0
        if i == 200: d = {"z": 0, **d}
        if i == 300: d = dict(reversed(d.items()))
        if i == 350: del d["c"]
        try: out.append(d["c"])
        except KeyError as e: d["c"] = 9; out.append(e.args)
    return d, list(d), len(out), out[345:355]
print(f())
