"""throw, close and exceptions that cross generators and yield from."""
def inner(n):
    for i in range(n):
        try: yield i
        except ValueError as e: yield str(e)
        except GeneratorExit: log.append("inner exit"); raise
def outer(n):
    try: r = yield from inner(n); log.append(r)
    finally: log.append("outer done")
log = []
def f():
    out = []
    for i in range(80):
        g = outer(3); out.append(next(g))
        if i % 3 == 0: out.append(g.throw(ValueError("v")))
        if i % 4 == 1:
            try: g.throw(KeyError("k"))
            except KeyError as e: out.append(e.args)
        if i % 5 == 2: g.close()
        out.extend(g)
        try: next(g)
        except StopIteration as e: out.append(e.value)
    return out[:25], len(out), log[:8], len(log)
print(f())
