"""Comparisons that give other things than bools, and that are reflected."""
class A:
    def __init__(self, n): self.n = n
    def __lt__(self, o): return [] if self.n % 2 else [1]
    def __eq__(self, o): return NotImplemented if self.n % 3 == 0 else "eq"
    __hash__ = None
def f():
    out = []
    for i in range(120):
        a = A(i); b = A(i + 1)
        out.append((a < b, a > b, a == b, a != b, a == a, bool(a < b), 1 if a < b else 2, a in [b], b in [a, b], min(a, b).n))
        try: {a}
        except TypeError as e: out.append(str(e)[:40])
        try: a <= b
        except TypeError as e: out.append(str(e))
    return out[:9], len(out)
print(f())
