"""The inner loop's types change with the outer loop."""
def f():
    out = []
    for a in (1, 2.5, "x", [1], (2,), True, 1 << 64, None):
        t = a
        for i in range(60):
            try: t = t + a if i % 9 else a
            except TypeError as e: t = a; out.append(str(e)); break
        out.append(t)
    return out
print(f()); print(f() == f())
