"""int, float, bool and str keys that are equal or not, and unhashable ones."""
def f():
    d = {}; out = []
    for i in range(300):
        for k in (i % 5, float(i % 5), str(i % 5), i % 2 == 0, (i % 3, "t"), None):
            d[k] = d.get(k, 0) + 1
        try: d[[i]] = 1
        except TypeError as e: out.append(str(e))
    return d, out[0], [type(k).__name__ for k in d]
print(f())
