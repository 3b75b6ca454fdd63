"""Chained comparisons evaluate each operand once and stop early."""
log = []
def v(x): log.append(x); return x
def f():
    n = 0
    for i in range(150):
        n += v(i) < v(50) < v(i * 2)
        n += v(0) <= v(i % 3) == v(1) is not None
    return n
print(f(), len(log), log[-12:])
