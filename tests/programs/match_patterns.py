"""match on classes with __match_args__, mappings, sequences, guards, captures."""
class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x = x; self.y = y
def g(v):
    match v:
        case P(0, y): return ("on axis", y)
        case P(x=x, y=y) if x == y: return ("diagonal", x)
        case P(): return "point"
        case {"k": k, **rest}: return (k, len(rest))
        case [1, *rest, 9]: return rest
        case [a, b] | (a, b, _): return a, b
        case str() | bytes(): return "text"
        case int(n) if n > 5: return n
        case -1 | 0.5 | None | True: return "const"
        case _: return "other"
def f():
    vs = [P(0, 1), P(2, 2), P(1, 2), {"k": 1, "z": 2}, {"z": 1}, [1, 2, 3, 9], (4, 5), [1, 2, 3], "s", b"b", 7, 3, -1, 0.5, None, True, {1}]
    return [g(vs[i * i % 17]) for i in range(300)]
out = f(); print(out[:17], len(out))
