"""__hash__ and __eq__ written in Python are called as often and in the same order."""
log = []
class K:
    def __init__(self, n): self.n = n
    def __hash__(self): log.append(("h", self.n)); return self.n % 3
    def __eq__(self, o): log.append(("e", self.n, o.n)); return self.n == o.n
def f():
    d = {}
    for i in range(400):
        d[K(i % 9)] = i
    return sorted(d.values())
print(f(), len(log), log[-12:])
