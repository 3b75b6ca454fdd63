"""a <= x <= b leaves the same object on the stack several times; side traces begin there, and the object dies there."""


def kind(proto, n):
    if proto >= 1:
        if -5 <= n <= 0x7FFFFFFF:
            return 1
    if n <= 0x7FFFFFFF:
        return 3
    return 4


def middle(low, n, high):
    if low < n < high or n == high:
        return n
    return -n if n > high > low else low


for _ in range(5):
    for proto in range(3):
        total = 0
        for n in range(70):
            total += kind(proto, 2**n)
        print(proto, total)
    for high in (2**20, 2.0**30, 2**65):
        total = 0
        for n in range(70):
            total += middle(-(2**n), 3**n, high)
        print(total)
