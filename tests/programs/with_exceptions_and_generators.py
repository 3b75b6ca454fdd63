"""with and contextmanager: suppressing, replacing, leaving by return, break and continue."""
from contextlib import contextmanager, suppress, ExitStack
@contextmanager
def cm(i):
    log.append("in")
    try: yield i
    except KeyError: log.append("eaten")
    finally: log.append("out")
log = []
def g(i):
    with cm(i) as a, suppress(ValueError):
        if i % 5 == 0: raise KeyError(i)
        if i % 5 == 1: raise ValueError(i)
        if i % 5 == 2: return a
        if i % 5 == 3: 1 // 0
    return -1
def f():
    out = []
    for i in range(100):
        try: out.append(g(i))
        except ZeroDivisionError: out.append("z")
        with ExitStack() as s:
            s.callback(log.append, i)
            if i % 3: continue
            if i == 99: break
    return out[:10], len(log)
print(f())
