"""Context managers written in Python and by contextlib, with exceptions suppressed."""
import contextlib
log = []
class C:
    def __init__(self, swallow): self.swallow = swallow
    def __enter__(self): log.append(1); return self
    def __exit__(self, t, v, tb): log.append(t.__name__ if t else 0); return self.swallow
@contextlib.contextmanager
def m(x):
    try: yield x
    finally: log.append(x)
def f():
    t = 0
    for i in range(400):
        with C(True) as c, m(i) as x:
            t += x
            if i % 3 == 0: raise ValueError
            if i % 5 == 0: continue
            t += 1
    return t, len(log), log[:12]
print(f())
