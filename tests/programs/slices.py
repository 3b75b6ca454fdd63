"""Slices read, stored and deleted."""
def f():
    l = list(range(30)); out = []
    for i in range(600):
        out.append(sum(l[i % 10:20:1 + i % 3]))
        l[i % 5:i % 5 + 2] = [i, i + 1, i + 2][:2 + i % 2]
        if len(l) > 40: del l[::3]
        if i % 100 == 0: l[:] = reversed(l)
    s = "hello world"; t = (1, 2, 3, 4); b = b"bytes"
    for i in range(300): out.append(len(s[i % 4:-1]) + len(t[::-1]) + b[1:3][0])
    return sum(out), l
print(f())
