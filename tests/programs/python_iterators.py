"""__iter__ and __next__ written in Python, __getitem__ iteration, StopIteration."""
class R:
    def __init__(self, n): self.n = n; self.i = 0
    def __iter__(self): return self
    def __next__(self):
        if self.i >= self.n: raise StopIteration
        self.i += 1
        return self.i
class G:
    def __getitem__(self, i):
        if i > 40: raise IndexError
        return i
def f():
    t = 0
    for k in range(20):
        for x in R(40): t += x
        for x in G(): t += x
        t += sum(R(5)) + max(G())
        r = R(3); t += next(r) + next(r); t += len(list(r)) + next(r, 50)
    return t
print(f())
