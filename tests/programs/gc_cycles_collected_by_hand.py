"""Cycles with __del__ die in gc.collect, at that line."""
import gc
gc.disable()
class N:
    def __init__(self, n): self.n = n; self.me = self
    def __del__(self): log.append(self.n)
log = []
def f():
    out = []
    for i in range(120):
        N(i); out.append(len(log))
        if i % 40 == 39: gc.collect(); log.append("collected")
    return out
f(); print(len(log), log[38:43], sorted(x for x in log if x != "collected")[:5])
