"""Functions called from hot loops without being followed, whose arguments are cells of functions that they make."""


def maker(p, q=3):
    def inner(x, y=p):
        return x + p + y + q

    table = {k: k for k in range(8)}
    return inner, len(table)


def free(p):
    def inner(q):
        total = 0
        for i in range(q):
            total += i + p
        return total

    return inner


def f(n):
    i = total = 0
    add = free(7)
    while i < n:
        i += 1
        inner, size = maker(i)
        total += inner(1) + size + add(i % 9)
    return total


print(f(300), f(50))
