"""complex, Fraction and Decimal in a loop that began with ints."""
from fractions import Fraction
from decimal import Decimal
def f():
    x = 1; out = []
    for i in range(120):
        if i == 30: x = Fraction(1, 3)
        if i == 60: x = Decimal("1.1")
        if i == 90: x = 1 + 2j
        x = x * 2 + 1
        x = x - x / 2 if i >= 30 else x // 2
        if i % 10 == 9: out.append(x)
    return out
print(f())
