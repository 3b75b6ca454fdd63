"""Comprehensions of all kinds, nested, with conditions and closures."""
def f():
    k = 3
    a = [x * k for x in range(400) if x % 2]
    b = {x: [y for y in range(x % 4)] for x in range(300)}
    c = {x % 17 for x in a}
    d = [(x, y) for x in range(20) for y in range(x) if x + y == 15]
    e = [lambda: x for x in range(5)]
    return sum(a), sum(map(len, b.values())), sorted(c), d, [h() for h in e], [q := k, q][1]
print(f(), f() == f.__call__() or "lambdas")
