"""isinstance and issubclass with ABCs, __instancecheck__, tuples, unions, changing __class__."""
import abc, numbers
class M(type):
    def __instancecheck__(cls, o): log.append(1); return o == 3
class H(metaclass=M): pass
class Lie:
    @property
    def __class__(self): return int
log = []
def f():
    t = [0] * 8; vs = [1, 2.5, "s", True, None, Lie(), [], 3]
    for i in range(400):
        v = vs[i % 8]
        t[0] += isinstance(v, int); t[1] += isinstance(v, (float, str)); t[2] += isinstance(v, int | None); t[3] += isinstance(v, H); t[4] += isinstance(v, numbers.Number); t[5] += type(v) is int; t[6] += issubclass(type(v), (bool, list)); t[7] += v.__class__ is int
    return t, len(log)
print(f())
