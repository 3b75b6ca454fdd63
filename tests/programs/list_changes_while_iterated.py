"""A list that grows and shrinks under its own loop."""
def f():
    l = list(range(300)); n = 0
    for x in l:
        if x % 3 == 0 and len(l) < 700: l.append(x + 1)
        if x % 50 == 49: l.pop()
        n += x
    return n, len(l)
print(f())
def g():
    d = {i: i for i in range(500)}
    try:
        for k in d:
            if k == 400: d[1000] = 1
    except RuntimeError as e:
        return str(e)
print(g())
