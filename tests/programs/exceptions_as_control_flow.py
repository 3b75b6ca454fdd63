"""KeyError, IndexError, StopIteration and AttributeError caught in a hot loop."""
class A: pass
def f():
    d = {}; l = [1, 2, 3]; a = A(); n = [0] * 5
    for i in range(1000):
        try: d[i % 50] += 1
        except KeyError: d[i % 50] = 1; n[0] += 1
        try: n[4] += l[i % 5]
        except IndexError: n[1] += 1
        it = iter(l[:i % 3])
        try:
            while True: next(it); n[2] += 1
        except StopIteration: pass
        try: a.x
        except AttributeError:
            n[3] += 1
            if i % 5 == 0: a.x = 1
        if i % 9 == 0 and hasattr(a, "x"): del a.x
    return n, len(d), sum(d.values())
print(f())
