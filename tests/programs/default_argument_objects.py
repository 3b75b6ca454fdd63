"""Mutable default arguments shared between calls; defaults that die."""
class N:
    def __del__(self): print("default died")
def g(x, acc=[], d={}):
    acc.append(x); d[x % 3] = d.get(x % 3, 0) + 1
    return len(acc) + len(d)
def h(x, n=N()): return x
def f():
    t = 0
    for i in range(200): t += g(i) + h(i)
    h.__defaults__ = (1,)
    return t
print(f(), g.__defaults__[1])
