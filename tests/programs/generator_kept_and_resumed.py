"""Generators resumed from other places, other frames, and after being hot."""
def g(n):
    t = 0
    for i in range(n):
        r = yield t
        t += i if r is None else r
def a(it, n): return [next(it) for _ in range(n)]
def b(it, n):
    out = []
    for _ in range(n): out.append(it.send(5))
    return out
def f():
    it = g(1000); jt = g(500); out = []
    for i in range(20):
        out += a(it, 5); out += b(it, 3); out += a(jt, 2)
    for x in it:
        if x > 5000: break
    out.append(x); out.append(sum(it) % 1000); out.append(len(list(jt)))
    return out[-12:], len(out)
print(f())
