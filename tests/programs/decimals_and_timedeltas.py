"""Arithmetic of C numbers of the standard library: exact, derived, mixed with others, with errors and traps."""

import decimal
from datetime import datetime, timedelta
from decimal import Decimal


def pi(digits):
    decimal.getcontext().prec = digits
    lasts, t, s, n, na, d, da = Decimal(0), Decimal(3), Decimal(3), Decimal(1), Decimal(0), Decimal(0), Decimal(24)
    while s != lasts:
        lasts = s
        n, na = n + na, na + 8
        d, da = d + da, da + 32
        t = (t * n) / d
        s += t
    return s


class Loud(Decimal):
    def __add__(self, other):
        return Loud(Decimal.__add__(self, other) + 1)

    def __del__(self):
        deaths.append(1)


deaths = []


def mixed(values, n):
    out = []
    for i in range(n):
        a = values[i % len(values)]
        b = values[(i * 7 + 3) % len(values)]
        for op in (lambda: a + b, lambda: a * b, lambda: a / b, lambda: a // b, lambda: a % b, lambda: a - b, lambda: a ** 2,
                   lambda: a < b, lambda: a == b, lambda: a >= b, lambda: divmod(a, b)):
            try:
                out.append(str(op()))
            except (TypeError, decimal.DecimalException, ZeroDivisionError) as e:
                out.append(type(e).__name__)
    return out


def total(n):
    t, one = timedelta(), timedelta(seconds=1.5)
    start = datetime(2024, 1, 1)
    for i in range(n):
        t += one * i
        t -= one // 2
        if t > timedelta(hours=1):
            t = t % timedelta(minutes=7)
    return t, start + t, t / one, t // one, -t, abs(-t), t == one


def kinds(n):
    x = Decimal(2)
    for i in range(n):
        x = x * 3 % 1000007
        if i == n - 20:
            x = Loud(x)
        x = x + 1
    return type(x).__name__, x


decimal.getcontext().prec = 28
values = [Decimal("1.5"), Decimal(0), Decimal("-7.25"), 3, Decimal("NaN"), 10**30, 2.5, Decimal("Infinity"), Loud("2.5"), True, "x"]
print(pi(9), pi(19), pi(50))
print(mixed(values, 200)[::13])
print(total(300))
print(kinds(120), len(deaths))
with decimal.localcontext() as context:
    context.traps[decimal.Inexact] = True
    count = 0
    for i in range(1, 200):
        try:
            Decimal(1) / Decimal(i)
        except decimal.Inexact:
            count += 1
    print(count, context.flags[decimal.Inexact])
