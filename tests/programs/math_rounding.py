"""math.floor, ceil and trunc of floats in loops: every sign, ties, the edges of 64 bits, infinities and nan."""
import math

NUMBERS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.5, 1e-300, -1e-300, 4503599627370497.5, -4503599627370497.5, 2.0**52 + 0.5,
           9007199254740993.0, 2.0**62, -(2.0**62), 9.2e18, 2.0**63, -(2.0**63), 1e19, 1e300, -1e300, 5e-324]


def each(f, numbers):
    out = []
    for x in numbers:
        out.append(f(x))
    return out


def floors(numbers):
    total = 0
    for x in numbers:
        total += math.floor(x) * 3 - math.ceil(x) + math.trunc(x)
    return total


def odd(f, numbers):
    out = []
    for x in numbers:
        try:
            out.append(f(x))
        except (ValueError, OverflowError, TypeError) as e:
            out.append(f"{type(e).__name__}: {e}")
    return out


class Whole:
    def __floor__(self):
        return "floor"

    def __ceil__(self):
        return "ceil"

    def __trunc__(self):
        return "trunc"


for _ in range(3):
    small = [x / 8 for x in range(-100, 100)]
    for f in (math.floor, math.ceil, math.trunc):
        print(each(f, small))
        print(each(f, NUMBERS))
        print(odd(f, small + [math.inf, -math.inf, math.nan, 3, 1 << 70, True, Whole(), "x"]))
    print(floors(small), floors(NUMBERS[:16]))
