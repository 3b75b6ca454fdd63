"""Bools are ints, but print as bools."""
def f():
    t = True; n = 0; out = []
    for i in range(500):
        b = i % 3 == 0
        n += b
        n += not b
        t = t ^ b
        out.append(b & t); out.append(b | 1); out.append(-b); out.append(b + b)
    return n, t, out[:24], sum(out)
print(f())
