"""Sets: membership, building, operators."""
def f():
    s = set(); t = 0
    for i in range(1500):
        s.add(i * i % 97)
        if i % 97 in s: t += 1
        if i % 5 == 0: s.discard(i % 13)
        t += len({i, i + 1, i % 3} & {0, 1, 2}) + len(s | {1000})
    return t, sorted(s)
print(f())
