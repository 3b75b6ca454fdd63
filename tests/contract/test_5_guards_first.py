"""Clause 5: nothing that can be seen happens twice or is lost when a guard sends the loop back."""


def test_effects_once_when_types_change(same):
    same("""
    log = []
    class Num:
        def __init__(self, v): self.v = v
        def __radd__(self, o): log.append(("radd", o)); return self.v
        def __add__(self, o): log.append(("add", self.v)); return Num(self.v)
        def __int__(self): return self.v
    def effect(x): log.append(("effect", x)); return x
    def f():
        t = 0; vs = [1] * 40 + [2.5] * 40 + [1 << 70] * 5 + [Num(3)] + [True] * 20 + [Num(4)] * 3 + [7] * 20
        for i, v in enumerate(vs):
            t = effect(i) + v
            log.append(type(t).__name__)
            if i > 150: t = t + effect(1)
        return len(log)
    print(f(), log)
    """)


def test_iterators_are_not_stepped_twice(same):
    same("""
    def gen(n):
        for i in range(n): yield i if i % 50 else str(i)
    def f():
        out = []; it = iter(range(100)); total = 0
        for v in gen(300):
            if isinstance(v, str): out.append((v, next(it, None)))
            else: total += v
            if total > 5000: total -= 5000; out.append(total)
        a = iter([1, 2.5, "x", None] * 40)
        while True:
            try: x = next(a)
            except StopIteration: break
            out.append(x + x if x is not None else 0)
        z = zip(range(200), iter(range(150)), gen(170)); n = 0
        for row in z: n += 1
        return out, n, list(it)[:3]
    print(f())
    """)


def test_stores_once(same):
    same("""
    class A:
        def __setattr__(self, n, v): log.append((n, v)); object.__setattr__(self, n, v)
    class D(dict):
        def __setitem__(self, k, v): log.append((k, v)); dict.__setitem__(self, k, v)
        def __missing__(self, k): log.append(("missing", k)); return 0
    log = []
    def f():
        d = {}; o = A(); l = [0] * 3; D0 = D()
        for i in range(120):
            c = D0 if i % 40 == 39 else d
            c["x"] = c.get("x", 0) + 1
            c["n"] = (c["n"] if "n" in c else 0) + i
            l[i % 3] += i if i != 70 else 0.5
            o.v = i
        return d, dict(D0), l, o.v
    print(f()); print(log)
    """)


def test_pop_append_and_failing_middle(same):
    same("""
    def f():
        l = list(range(50)); out = []
        for i in range(400):
            try:
                v = l.pop(); out.append(v)
                l.append(v + (1 if i != 222 else "x"))
            except (TypeError, IndexError) as e: out.append(type(e).__name__)
            if i % 37 == 0: l.append(1 << 66)
            if i % 41 == 0 and l: l.pop(0)
        return l, out
    print(f())
    """)
