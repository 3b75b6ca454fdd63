"""nan, infinities, minus zero, and the operators on them."""
inf = float("inf"); nan = float("nan")
values = [0.0, -0.0, 1.5, -2.25, inf, -inf, nan, 1e308, 5e-324, 3.0]
def f():
    out = []
    for k in range(30):
        for a in values:
            for b in values:
                out.append(repr(a + b)); out.append(repr(a * b)); out.append(repr(a - b))
                out.append(a < b); out.append(a == b); out.append(a != b); out.append(a >= b)
                for op in (lambda: a / b, lambda: a // b, lambda: a % b, lambda: a ** b):
                    try:
                        out.append(repr(op()))
                    except (ZeroDivisionError, OverflowError) as e:
                        out.append(str(e))
    return out
r = f()
n = len(r) // 30
print(r[:n] == r[-n:])
for i in range(0, n, 11):
    print(*r[i:i + 11])
