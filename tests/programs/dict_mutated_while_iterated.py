"""Changing a dict while iterating raises at the same round."""
def f():
    out = []
    for k in range(40):
        d = {i: i for i in range(20)}; n = 0
        try:
            for x in d:
                n += 1
                if x == k % 20: d[100 + k] = 1
        except RuntimeError as e: out.append((n, str(e)))
        try:
            for x, y in d.items():
                if y == 5: del d[3]
        except RuntimeError as e: out.append(str(e))
        for x in list(d): d[x] = d.get(x, 0) + 1
        out.append(sum(d.values()))
    return out
print(f())
