# Lengths, items and slices of ranges in traces: signs, ends that are cut off, empty ones, numbers too large for a machine word.
def tree(r, depth=0):
    n = len(r)
    if n == 0:
        return 0
    i = n // 2
    return tree(r[:i], depth + 1) + r[i] * (depth + 1) + tree(r[i + 1:], depth + 1)


def walk(r):
    total = 0
    for i in range(-len(r), len(r)):
        total = total * 31 + r[i] & 0xFFFFFF
    return total


def cut(r, bounds):
    out = []
    for a in bounds:
        for b in bounds:
            s = r[a:b]
            out.append((s.start, s.stop, s.step, len(s), list(s) == list(r)[a:b], bool(s)))
    return out


def kept(r):
    parts = []
    for i in range(100):
        parts.append(r[i:])
        if i % 3:
            parts[-1] = parts[-1][:-2]
    return hash(tuple(parts)), parts[7] == parts[8], parts[99], parts[50]


def out_of_range(r):
    k = 0
    try:
        while True:
            r[k]
            k += 1
    except IndexError as e:
        print(k, e)
    k = 0
    try:
        while True:
            r[k]
            k -= 1
    except IndexError as e:
        print(k, e)


for _ in range(20):
    total = tree(range(100)) + tree(range(300, 0, -7))
print(total)
for r in (range(50), range(3, 90, 7), range(90, 3, -4), range(0), range(5, 5), range(1 << 62, (1 << 62) + 20), range(-(1 << 63), -(1 << 63) + 9),
          range((1 << 63) - 10, (1 << 63) - 1), range(1 << 70, (1 << 70) + 30)):
    print(r, walk(r))
    found = cut(r, [None, 0, 1, 3, 7, 100, -1, -3, -100, 10 ** 30, -10 ** 30])
    print(all(f[4] for f in found), hash(tuple(found)), found[17], found[40])
for r in (range(200), range(0, 2000, 9), range(100, -100, -1)):
    print(kept(r))
    out_of_range(r)
print(sum(len(range(i)[i // 3:]) for i in range(300)))
huge = range(10 ** 30)
total = 0
for i in range(100):
    total += huge[i] + huge[-1 - i] + len(huge[i:i + 9])
print(total)
step = range(0, 1 << 62, 1 << 58)
for i in range(100):
    s = step[i % 10:]
    total += s.stop + s[0]
    t = step[-1:][:1]
    total += t.stop
print(total)
try:
    for i in range(100):
        n = len(range(i) if i < 60 else huge)
except OverflowError as e:
    print(i, n, e)
