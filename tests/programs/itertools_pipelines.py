"""chain, islice, groupby, product, accumulate, tee, count and zip_longest in loops."""
from itertools import *
def f():
    t = 0
    for i in range(40):
        t += sum(chain(range(i), (x * 2 for x in range(5)))); t += sum(islice(count(i, 3), 4))
        for k, g in groupby(range(20), key=lambda x: x // (1 + i % 5)): t += k * len(list(g))
        a, b = tee(iter(range(10))); next(b); t += sum(y - x for x, y in zip(a, b))
        for x, y in product(range(3), "ab"): t += x * ord(y)
        t += sum(accumulate(range(8), lambda p, q: p ^ q)); t += len(list(zip_longest([1], [2, 3]))); t += len(list(takewhile(lambda v: v < 5, count())))
        for p in permutations(range(3)): t += p[0] * p[1]
    return t
print(f())
