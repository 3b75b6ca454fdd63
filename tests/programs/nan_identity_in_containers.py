"""A nan is found in a container that holds the very same object, and only then."""
def f(n, x):
    out = []
    for i in range(n):
        x = x * 1.0
        y = x + 0.0
        d = {x: i}
        out.append((x in [x], x in (y,), x in d, [x] == [x], (x,) == (y,), [x].index(x), [y, x].count(x), x is x))
    return len(set(out)), out[-1]
print(f(60, float("nan")), f(60, 1.5))
