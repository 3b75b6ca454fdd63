"""defaultdict, Counter, OrderedDict and a subclass with __missing__ in the same loop."""
from collections import defaultdict, Counter, OrderedDict
class M(dict):
    def __missing__(self, k): return -k
def f():
    a = defaultdict(list); b = Counter(); c = OrderedDict(); m = M(); t = 0
    for i in range(300):
        a[i % 7].append(i); b[i % 5] += 1; c[i % 11] = i; c.move_to_end(i % 3) if i % 3 in c else None
        t += m[i]; m[i % 4] = i; t += b["no"]
        for d in (a, b, c, m): t += len(d)
    return t, dict(b), list(c), m, a[3][:3]
print(f())
