"""The empty tuple is one object, others are not."""
def f():
    n = 0
    for i in range(300):
        t = tuple([]); u = () ; v = (i, i)[:0]; w = (i,); x = (i,)
        n += t is u; n += v is u; n += w is x; n += w == x; n += (lambda *a: a)() is u
    return n
print(f())
