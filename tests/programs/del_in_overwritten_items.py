"""What is overwritten dies after the new value is in place, and can see it."""
class N:
    def __init__(self, n, where): self.n = n; self.where = where
    def __del__(self): log.append((self.n, type(self.where.get("v")).__name__, len(self.where)))
log = []
def f():
    d = {}
    for i in range(100):
        d["v"] = N(i, d)
        if i % 10 == 9: del d["v"]
        if i % 10 == 8: d.clear()
    d.clear()
f(); print(log[:12], len(log))
