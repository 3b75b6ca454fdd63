"""for over every built-in iterable."""
def f():
    t = 0; s = []
    for k in range(40):
        for x in [1, 2, 3]: t += x
        for x in (4, 5): t += x
        for x in "abc": s.append(x)
        for x in b"xyz": t += x
        for x in bytearray(b"12"): t += x
        for x in {1: 2, 3: 4}: t += x
        for x, y in {1: 2, 3: 4}.items(): t += x * y
        for y in {1: 2, 3: 4}.values(): t -= y
        for x in {5, 6}: t += x
        for x in frozenset([7]): t += x
        for i, x in enumerate("pq", 3): t += i; s.append(x)
        for x, y in zip([1, 2, 3], (4, 5)): t += x * y
        for x in reversed([1, 2]): t = t * 3 % 1000 + x
        for x in map(lambda v: v + 1, [1, 2]): t += x
        for x in filter(None, [0, 1, 2]): t += x
        for x in iter(lambda: t % 2, 1): t += 1
        for x in memoryview(b"ab"): t += x
    return t, "".join(s[:12]), len(s)
print(f())
