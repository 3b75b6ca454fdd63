"""Exceptions kept, changed, re-raised later; their tracebacks grow as they should."""
def g(e): raise e
def f():
    e = ValueError("kept"); n = []
    for i in range(60):
        try: g(e)
        except ValueError as x:
            x.add_note(str(i)) if i % 20 == 0 else None
            t = x.__traceback__; c = 0
            while t: c += 1; t = t.tb_next
            n.append(c)
            if i % 25 == 24: x.__traceback__ = None
    return n, e.__notes__
print(f())
