"""Ranges of all kinds, and huge ones."""
def f():
    t = []
    for r in (range(0), range(5), range(9, 2), range(9, 2, -1), range(-5, 600, 7), range(2**70, 2**70 + 300),
              range(2**63 - 50, 2**63 + 50), range(0, -300, -2)):
        s = 0
        for x in r: s += x
        t.append((s, len(r) if len(r) < 10**6 else 0, 7 in r, list(r)[-1:]))
    return t
print(f())
print([r.index(9) for r in [range(0, 300, 3)] * 300][-1])
