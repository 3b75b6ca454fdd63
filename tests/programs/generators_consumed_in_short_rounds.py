"""A consumer of a short generator is given back to the interpreter; loops of the same function that come later are compiled whole."""


def f(n):
    total = 0
    for i in range(n):
        total += sum(x if x & 1 else -x for x in [0, -1, 3])
    words = "a"
    for i in range(n):
        if i == 13:
            total += 2**70
        g = lambda x, y=total: x + y
        if i % 7 == 3 and words < words:
            continue
    return total, g(1)


print(f(200), f(130))
