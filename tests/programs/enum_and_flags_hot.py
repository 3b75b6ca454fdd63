"""Enum members, flags and their properties in a hot loop."""
from enum import Enum, Flag, IntEnum, auto
class C(Enum): A = 1; B = 2; D = 1
class F(Flag): X = auto(); Y = auto()
class I(IntEnum): ONE = 1; TWO = 2
def f():
    n = 0; x = F.X
    for i in range(300):
        n += (C.A is C.D) + (C(1 + i % 2) == C.B) + I.TWO * i + (I.ONE < i); x ^= F.Y
        n += bool(x & F.Y) + len(C.A.name) + C.B.value
        try: C(i % 4)
        except ValueError as e: n += len(str(e))
    return n, x
print(f())
