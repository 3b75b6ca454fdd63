"""Generators over generators, with filters and early ends."""
def nat():
    n = 0
    while True:
        yield n
        n += 1
def take(n, it):
    for x in it:
        if n <= 0: return
        n -= 1
        yield x
def f():
    a = sum(x for x in take(900, (y * 2 for y in nat() if y % 3)))
    b = any(x > 700 for x in nat()); c = all(x < 700 for x in nat())
    d = max(take(500, nat())); e = ",".join(str(x) for x in take(5, nat()))
    return a, b, c, d, e, len(set(x % 7 for x in range(500))), dict((x, -x) for x in range(3)), sorted((x * 7 % 10 for x in range(10)), reverse=True)
print([f() for _ in range(3)])
