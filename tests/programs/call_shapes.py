"""Positional, keyword, default, star, double star, keyword only and positional only calls, and their errors."""
def g(a, b=2, /, c=3, *args, d, e=5, **kw): return a, b, c, args, d, e, sorted(kw.items())
def f():
    out = []
    for i in range(120):
        t = (i, 1); k = {"d": i}
        for call in (lambda: g(1, d=2), lambda: g(*t, d=i), lambda: g(i, **k), lambda: g(1, 2, 3, 4, 5, d=6, z=7), lambda: g(*t, *t, **k, y=1), lambda: g(),
                     lambda: g(1), lambda: g(1, b=2, d=3), lambda: g(1, d=1, **k), lambda: g(1, c=1, d=2), lambda: g(1, 2, 3, c=4, d=5)):
            try: out.append(call())
            except TypeError as e: out.append(str(e))
    return out[:11], len(out), out[-11]
print(f())
