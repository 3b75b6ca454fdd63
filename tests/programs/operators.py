"""Operator methods written in Python, reflected and in-place, NotImplemented."""
class V:
    def __init__(self, x): self.x = x
    def __add__(self, o): return V(self.x + (o.x if isinstance(o, V) else o))
    def __radd__(self, o): return V(o + self.x)
    def __sub__(self, o): return NotImplemented if isinstance(o, str) else V(self.x - o.x)
    def __iadd__(self, o): self.x += 1; return self
    def __mul__(self, k): return V(self.x * k)
    def __neg__(self): return V(-self.x)
    def __eq__(self, o): return self.x == o.x
    def __lt__(self, o): return self.x < o.x
    def __getitem__(self, i): return self.x + i
    def __setitem__(self, i, v): self.x = (i + v) % 1000
    def __delitem__(self, i): self.x -= i
    def __len__(self): return self.x % 5
    def __bool__(self): return self.x % 2 == 0
    def __contains__(self, i): return i == 3
    def __index__(self): return 2
    def __hash__(self): return 1
def f():
    v = V(1); t = 0; l = [10, 20, 30]
    for i in range(700):
        w = v + V(i) - V(2); w = 1 + w; w = -w * 2
        v += 5
        v[i] = 3; del v[1]
        t += w.x + v[2] + len(w) + (v == w) + (v < w) + (3 in v) + l[v] + (5 if v else 6)
    try: v - "x"
    except TypeError as e: print(e)
    return t, v.x
print(f())
