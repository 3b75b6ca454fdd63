"""A float that stays in a loop, mixed with ints."""
def f(n):
    t = 0.0
    for i in range(n):
        t += i / 3 - 0.1
        if t > 1000: t = -t / 2
        t = t * 1.0000001 + i
    return t
print(repr(f(10000)))
def g():
    x = 1.0
    for i in range(1200):
        x = x * 2
    return x
print(g())
def h():
    x = -0.0; n = 0
    for i in range(1000):
        x = x * 1
        n += str(x) == "-0.0"
    return n
print(h())
