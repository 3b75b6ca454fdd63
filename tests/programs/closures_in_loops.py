"""Cells made each round, shared, rebound late and deleted."""
def f():
    fs = []
    for i in range(60):
        def g(): return i
        def h(j=i): return j
        fs += [g, h]
        x = i
        k = lambda: x * 2
        if i % 10 == 5: del x; x = -1
        fs.append(k)
    def outer():
        n = 0
        def inc():
            nonlocal n
            n += 1
            return n
        def get(): return n
        return inc, get
    inc, get = outer()
    for i in range(200): inc()
    def unset(flag):
        if flag: y = 1
        def r(): return y
        return r
    out = []
    for i in range(40):
        try: out.append(unset(i % 3)())
        except NameError as e: out.append(str(e))
    return [q() for q in fs[:9]], fs[-1](), get(), out[:4]
print(f())
