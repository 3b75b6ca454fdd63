"""Dataclasses: eq, order, frozen, slots, replace, default factories."""
from dataclasses import dataclass, field, replace, FrozenInstanceError
@dataclass(order=True)
class P: x: int; y: float = 0.5; l: list = field(default_factory=list)
@dataclass(frozen=True, slots=True)
class Q: a: int
def f():
    t = 0; last = P(0)
    for i in range(200):
        p = P(i % 10, i / 2); t += p < last; t += p == P(i % 10, i / 2); p.l.append(i); q = replace(p, x=-1); t += q.x + len(q.l) + hash(Q(i)) % 3
        try: Q(i).a = 2
        except FrozenInstanceError: t += 1
        last = p
    return t, last, Q(3)
print(f())
