"""Cells read, stored, shared, and made in a loop."""
def counter():
    n = 0
    def step(k):
        nonlocal n
        n += k
        return n
    return step, lambda: n
def f():
    step, get = counter(); t = 0; fs = []
    for i in range(900):
        t += step(i) % 7
        if i % 100 == 0: fs.append(lambda: i); fs.append(lambda i=i: i)
    return t, get(), [g() for g in fs]
print(f())
