"""Tuples, namedtuples and structseqs unpacked and compared in one loop."""
from collections import namedtuple
import time
P = namedtuple("P", "x y")
def f():
    t = 0
    for i in range(300):
        p = P(i, i + 1) if i % 3 else (i, i + 1)
        a, b = p; t += a * b
        if i % 3: t += p.x - p[1]; p = p._replace(y=5); t += p.y
        t += p < (i, 3); t += p == (i, 5)
        *h, z = p; t += z + len(h)
    return t, time.gmtime(0)[:3]
print(f())
