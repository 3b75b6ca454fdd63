"""An exception in the middle of a float loop has its line and its handler."""
def f(xs):
    t = 0.0; bad = 0
    for x in xs:
        try:
            t += 1.0 / x
        except ZeroDivisionError:
            bad += 1
    return t, bad
print(f([float(i % 7) for i in range(2000)]))
def g(n):
    t = 0.0
    for i in range(n):
        t += 1.0 / (n - 5 - i)
    return t
g(2000)
