"""Unpacking in calls and displays, dict merges."""
def f():
    t = 0
    for i in range(400):
        a = [*range(i % 4), i]; b = (*a, *a); c = {**{"x": i}, "y": 1}; d = {*a}; e = c | {"z": 2}
        t += len(a) + len(b) + c["x"] + len(d) + len(e) + max(*b, 1) + dict(**c)["y"]
        (p, *q), r = [1, 2, i], 4
        t += p + sum(q) + r
    return t
print(f())
