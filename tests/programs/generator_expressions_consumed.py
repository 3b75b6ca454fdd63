"""sum, any, all, min, max, sorted, join, dict, set, tuple over generator expressions."""
def f():
    out = []
    for n in range(60):
        xs = [(i * 37 + n) % 11 for i in range(n)]
        out += [sum(x * x for x in xs), any(x > 9 for x in xs), all(x < 10 for x in xs), max((x for x in xs), default=None), min((-x for x in xs), default="none"),
                sorted((x, -x) for x in xs)[:1], ",".join(str(x) for x in xs)[:9], len({x for x in xs}), dict((x, i) for i, x in enumerate(xs)).get(3), tuple(x for x in xs if x % 2)[:2],
                sum(0.5 for x in xs), sum((x for x in xs), 1 << 63), sum([[x] for x in xs], [])[:1]]
    return len(out), out[-26:]
print(f())
