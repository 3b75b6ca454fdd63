"""Ints at the borders of one, two and three 30-bit digits."""
def f():
    out = []
    for b in (15, 29, 30, 31, 59, 60, 61, 62, 63, 64, 89, 90):
        x = (1 << b) - 40
        for i in range(80):
            x += 1; y = -x; z = x * 3 - x * 2; w = x ^ y; v = y >> 3; u = y // 7; t = y % 7
            out.append((z == x) + w + v + u + t)
    return hash(tuple(out)), out[::97]
print(f())
