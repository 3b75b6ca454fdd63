"""All comparisons, chained ones, `is`, `in`."""
def f():
    c = [0] * 9
    for i in range(1000):
        if 10 < i <= 500 < 1000: c[0] += 1
        if i == 7 or i != 8: c[1] += 1
        if i in (1, 2, 3, 900): c[2] += 1
        if i not in range(0, 1000, 3): c[3] += 1
        if str(i) in "123456789": c[4] += 1
        if (None if i % 2 else i) is None: c[5] += 1
        if not i % 5 and i: c[6] += 1
        c[7] += 1 if i < 500 else 2
        c[8] += (i > 3) + (i >= 3) + (1.5 < i)
    return c
print(f())
