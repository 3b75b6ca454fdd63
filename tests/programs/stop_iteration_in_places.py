"""StopIteration out of next, generators (RuntimeError), map, comprehension and for."""
def g(n):
    for i in range(n): yield next(iter([])) if i == 2 else i
class I:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration(self.n)
        return self.n
def f():
    out = []
    for i in range(60):
        try: out.append(list(g(i % 5)))
        except RuntimeError as e: out.append((str(e), type(e.__cause__).__name__))
        out.append(sum(I())); out.append(list(map(lambda x: x, I())))
        it = I(); out.append([x for x in it] + [x for x in it])
        try: out.append(next(it))
        except StopIteration as e: out.append(e.value)
        out.append(next(it, "default"))
    return out[:14], len(out)
print(f())
