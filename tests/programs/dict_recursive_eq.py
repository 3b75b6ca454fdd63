"""Python __eq__ that changes the dict that is being looked into."""
class K:
    def __init__(self, n): self.n = n
    def __hash__(self): return 1
    def __eq__(self, o):
        if self.n == 3 and 0 < o.n < 100 and len(d) < 12 and not busy:
            busy.append(1); d[K(100 + len(d))] = 0; busy.clear()
        return self.n == o.n
d = {}; busy = []
def f():
    out = []
    for i in range(80):
        d[K(i % 6)] = i
        out.append(d.get(K(3)))
        if i % 30 == 29: d.clear()
    return out, [k.n for k in d]
print(f())
