"""// and % of ints of both signs, and by zero in the middle of a hot loop."""
def f():
    s = []
    for a in range(-40, 40):
        for b in range(-12, 13):
            try:
                s.append((a // b, a % b, divmod(a, b)))
            except ZeroDivisionError as e:
                s.append(str(e))
    return s
r = f()
print(len(r), r[:30], hash(str(r)) == hash(str(f())))
m = -(1 << 63)
def g(d):
    t = 0
    for i in range(500):
        t += m // d
    return t
print(g(1), g(-1), g(7))
