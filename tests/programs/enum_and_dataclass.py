"""Enums, dataclasses, namedtuples in a hot loop."""
import enum, dataclasses, collections
class C(enum.Enum): A = 1; B = 2
class Fl(enum.IntFlag): X = 1; Y = 2
@dataclasses.dataclass
class P: x: int; y: float = 1.5
@dataclasses.dataclass(frozen=True, order=True)
class Q: a: int; b: int
N = collections.namedtuple("N", "u v")
def f():
    t = 0; c = C.A
    for i in range(400):
        c = C.B if c is C.A else C.A
        p = P(i); p.x += 1; n = N(i, 2)
        t += c.value + p.x + n.u + n.v + (Q(i, 1) < Q(200, 2)) + (Fl.X | Fl.Y if i % 2 else Fl.X) + (P(1) == P(1)) + hash(Q(1, 2)) % 1 + n._replace(v=3).v
    return t, c, p, n
print(f())
