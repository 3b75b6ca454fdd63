"""Indices out of range, negative, bool, float and huge."""
def f():
    l = [10, 20, 30]; out = []
    for r in range(12):
        for k in (0, 2, 3, -1, -3, -4, True, 1 << 70, 1.0, "a", None):
            try: out.append(l[k])
            except (IndexError, TypeError) as e: out.append(str(e))
            try: l[k] = 1 if r % 2 else 10
            except (IndexError, TypeError) as e: out.append(str(e))
    return out[-22:], l
print(f())
