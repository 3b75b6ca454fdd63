"""for targets: tuples, stars, subscripts, attributes."""
class A: pass
def f():
    a = A(); l = [0] * 3; out = 0
    for a.x, (l[0], *rest), l[1] in [(i, (i + 1, i + 2, i + 3), i * 2) for i in range(700)]:
        out += a.x + l[0] * 2 + sum(rest) + l[1]
    return out, a.x, l, rest
print(f())
