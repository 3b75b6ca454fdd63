"""Locals die in slot order when a function ends or raises; arguments too."""
class N:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
log = []
def g(a, b, i):
    c = N("c"); d = N("d"); a = None
    if i % 4 == 1: raise ValueError
    if i % 4 == 2: del c
    return b
def f():
    for i in range(80):
        try: g(N("a"), N("b"), i)
        except ValueError: log.append("caught")
        log.append("-")
f(); print(log[:30], len(log))
