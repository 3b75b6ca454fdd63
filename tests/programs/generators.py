"""Generators: in for, sum, next, send, throw, close, return value, yield from."""
def g(n):
    total = 0
    for i in range(n):
        got = yield i
        if got: total += got
    return total
def outer(n):
    r = yield from g(n)
    yield -r
def cleanup(log):
    try:
        while True: yield 1
    finally:
        log.append("closed")
def f():
    t = 0; log = []
    for x in g(500): t += x
    for x in outer(300): t += x
    t += sum(x * x for x in g(400))
    for k in range(60):
        it = g(5); next(it); t += it.send(k)
        try: it.throw(KeyError("k"))
        except KeyError as e: t += len(e.args)
        c = cleanup(log); next(c); c.close()
        try: next(it)
        except StopIteration as e: t += 1 if e.value is None else 0
    for x in cleanup(log):
        t += 1
        if t % 10 == 0: break
    return t, len(log)
print(f())
