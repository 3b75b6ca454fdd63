"""A short while loop and a comprehension over a fresh list, inside a hot loop."""
def f(p):
    for i in range(300):
        j = 0
        while j < 3:
            j += 1
        l = [y for x in [0, -1, 1 << 64][:3] for y in (x, x + 1)]
    return i, j, l
for _ in range(4): print(f(1))
