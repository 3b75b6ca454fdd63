"""Functions made in a loop, with and without closures: what they hold dies with them, and each round is like the last."""
log=[]
class N:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(("del", self.n))
def f():
    for i in range(60):
        c = (lambda v: lambda: v)(N(300 + i)); log.append(c().n); c = None; log.append("gone")
f(); print(log)
