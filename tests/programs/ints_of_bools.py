"""int(a comparison) that a loop carries over its exits is an int, not a bool."""


def f(n):
    p = 0
    for i in range(n):
        for a, b in zip(range(2), range(2)):
            pass
        p = int(i == 1)
    return p


def g(n):
    p = q = 1
    for i in range(n):
        for a in {1: 2}.items():
            q = int(not i) + 0
        p = int(isinstance(i, str))
    return p, q


print(f(60), g(60), f(3), g(2))
