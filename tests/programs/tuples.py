"""Tuples built, unpacked, compared, kept."""
def f():
    keep = []; a, b = 0, 1; t = 0
    for i in range(1000):
        a, b = b, (a + b) % 1000
        p = (a, b, i)
        x, y, z = p
        t += x - y + z + len(p) + p[1]
        if i % 100 == 0: keep.append(p)
        first, *middle, last = a, b, i, 4, 5
        t += len(middle) + first + last + ((a, b) < (b, a))
    return t, keep
print(f())
def g():
    for i in range(500):
        try: a, b = (1, 2, 3) if i == 499 else (1, 2)
        except ValueError as e: return str(e)
print(g())
