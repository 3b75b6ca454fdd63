"""A comprehension's variable is as unbound, or bound, after it as before; its iterator dies once."""
import sys
def f():
    for i in range(60):
        if i % 5 == 0:
            d = {k: k for k in range(8)}
        if i % 7 == 0:
            l = [y for x in [0, -1, 1 << 64][:3] for y in (x, x + 1)]
    j = 3
    for i in range(60):
        s = {j for j in range(i % 9)}
    return sorted(sys._getframe(0).f_locals), d, l, s, j
for _ in range(4): print(f())
