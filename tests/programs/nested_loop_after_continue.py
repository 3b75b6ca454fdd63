"""An inner loop behind a continue of the outer one, and an inner loop over an enumerate."""
def f(p, q):
    n = 0
    for i in range(90, 1, -3):
        if i % 2:
            continue
        for j in range(66):
            n += 1
    return n
def g():
    for i, c in enumerate("abcdefg" * 100):
        for j, d in enumerate("abcdefg"):
            pass
        t = i
        o = t * (1 << 60)
    return i, j, c, d, o
for _ in range(4): print(f(1, 0.0), g())
