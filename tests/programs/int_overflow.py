"""Ints that grow past 64 bits and come back."""
def f():
    x = 1
    seen = []
    for i in range(300):
        x = x * 3 + 1
        if i % 50 == 0:
            seen.append(x)
        if x > 1 << 200:
            x >>= 195
    return x, seen
print(f())
def g():
    x = (1 << 63) - 200
    for i in range(400):
        x += 1
    y = -(1 << 63) + 200
    for i in range(400):
        y -= 1
    return x, y, x - y, x * y
print(g())
def h():
    v = []
    for i in range(600):
        a = (1 << 62) + i - 300
        v.append((a + a, a * 2, -a - a, a - -a, a << 1, a * a, -a // 3, -a % 7))
    return hash(tuple(v)), v[0], v[-1]
print(h())
