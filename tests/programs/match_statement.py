"""match: literals, captures, sequences, mappings, classes, guards."""
class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
def kind(v):
    match v:
        case 0 | 1: return "small"
        case int(n) if n > 100: return "big"
        case int(): return "int"
        case "a": return "a"
        case [x]: return "one"
        case [x, *rest]: return len(rest)
        case {"k": w, **more}: return w
        case P(0, y): return y
        case P(x=x): return x
        case None: return "none"
        case _: return "?"
def f():
    vs = [0, 5, 500, "a", "b", [1], [1, 2, 3], (), {"k": 9, "z": 1}, {}, P(0, 4), P(6, 7), None, 2.5]
    return [kind(vs[i % len(vs)]) for i in range(1400)]
r = f()
print(r[:14], len(r), r[:14] * 100 == r)
