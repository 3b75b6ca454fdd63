"""One loop that sees ints, floats, strings and lists in turn."""
def add(a, b):
    return a + b
def f():
    out = []
    pairs = [(1, 2), (1.5, 2), (2, 2.5), ("a", "b"), ([1], [2]), ((1,), (2,)), (True, 1), (1j, 2)]
    for i in range(1600):
        a, b = pairs[(i // 100) % 8 if i < 800 else i % 8]
        out.append(add(a, b))
    return out
r = f()
print(r[0], r[100], r[200], r[300], r[400], r[500], r[600], r[700], r[800:816], len(r))
