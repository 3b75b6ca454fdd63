"""Clause 2: an object whose destruction can be seen dies at the same point between the same side effects."""


def test_del_between_statements(same):
    out = same("""
    log = []
    class N:
        def __init__(self, n): self.n = n
        def __del__(self): log.append(("del", self.n))
    def f():
        a = None
        for i in range(80):
            log.append(("top", i))
            a = N(i)                       # the one before dies here, after the new one is made
            log.append("bound")
            b = a; a = None; log.append("still there"); b = 1; log.append("gone")
            N(-i); log.append("dropped at once")
            x = N(1000 + i).n; log.append(x)
            (N(2000 + i), log.append("in tuple")); log.append("after tuple")
    f(); print(log)
    """)
    assert "('del', 79), 'gone'" in out


def test_del_in_containers_and_arguments(same):
    same("""
    log = []
    class N:
        def __init__(self, n): self.n = n
        def __del__(self): log.append(("del", self.n))
    def take(n, keep=None): log.append(("take", n.n)); n = None; log.append("in callee"); return keep
    def f():
        l = [None] * 3; d = {}
        for i in range(60):
            l[i % 3] = N(i); log.append("item")
            d["k"] = N(100 + i); log.append("value")
            l.append(N(200 + i)); l.pop(); log.append("popped")
            take(N(300 + i)); log.append("returned")
            r = take(N(400 + i), N(500 + i)); log.append("kept"); del r; log.append("deleted")
            x, y = N(600 + i), N(700 + i); x, y = y, x; x = None; log.append("swapped")
            t = [N(800 + i + j) for j in range(2)]; t[:] = []; log.append("cleared")
        l.clear(); log.append("end of loop")
    f(); print(log)
    """)


def test_del_in_attributes(same):
    same("""
    log = []
    class N:
        def __init__(self, n): self.n = n
        def __del__(self): log.append(("del", self.n))
    class Holder:
        __slots__ = ("x",)
    class Plain: pass
    def f():
        h = Holder(); p = Plain()
        for i in range(60):
            h.x = N(i); log.append("slot")
            p.x = N(100 + i); log.append("attribute")
            q = Plain(); q.inner = N(200 + i); log.append("made"); q = None; log.append("holder gone")
            p.x = None; log.append("none")
            c = (lambda v: lambda: v)(N(300 + i)); log.append(c().n); c = None; log.append("closure gone")
    f(); print(log)
    """)


def test_del_on_exceptions_and_generators(same):
    same("""
    log = []
    class N:
        def __init__(self, n): self.n = n
        def __del__(self): log.append(("del", self.n))
    def bad(i):
        n = N(i)
        if i % 2: raise ValueError(i)
        return n.n
    def gen(i):
        n = N(1000 + i)
        try:
            yield 1
            yield 2
        finally:
            log.append("closing")
    def f():
        for i in range(60):
            try: bad(i); log.append("fine")
            except ValueError: log.append("caught")
            log.append("after")
            for x in gen(i):
                if i % 3 == 0: break
            log.append("after loop")
            g = gen(-i); next(g); del g; log.append("generator gone")
    f(); print(log)
    """)


def test_weakrefs(same):
    same("""
    import weakref
    log = []
    class N: pass
    def f():
        cache = weakref.WeakValueDictionary(); seen = weakref.WeakSet()
        for i in range(80):
            n = N(); r = weakref.ref(n, lambda r: log.append("callback")); cache[i] = n; seen.add(n)
            log.append((r() is n, len(cache), len(seen)))
            n = None
            log.append((r() is None, len(cache), len(seen)))
            m = N(); m.me = r; weakref.finalize(m, log.append, ("final", i)); m = i
            log.append("next")
    f(); print(log)
    """)


def test_resurrection_and_del_that_changes_the_loop(same):
    same("""
    kept = []; state = {"x": 0}
    class N:
        def __del__(self): kept.append(self); state["x"] += 1
    class M:
        def __del__(self):
            import sys
            f = sys._getframe(1)
            state[f.f_code.co_name, f.f_lineno] = sorted(f.f_locals)
    def f():
        total = 0
        for i in range(60):
            n = N(); n = None
            total += state["x"]
            m = M()
            m = i
        return total
    print(f(), len(kept), list(state.items())[:5])
    """)


def test_subclasses_of_plain_types(same):
    same("""
    log = []
    class I(int):
        def __del__(self): log.append(int(self))
    class F(float):
        def __del__(self): log.append(float(self))
    class L(list):
        def __del__(self): log.append(len(self))
    def f():
        t = 0
        for i in range(60):
            a = I(i); t += a; a = F(i / 2); t += a; a = L([1] * (i % 4)); t += len(a); a = None; log.append("-")
        return t
    print(f(), log)
    """)


def test_reference_counts_seen_by_getrefcount(same):
    same("""
    import sys
    class A: pass
    def f():
        out = []; l = []
        for i in range(50):
            a = A(); l = [a, a]; b = a
            out.append((sys.getrefcount(a), sys.getrefcount(l)))
            del b
            out.append(sys.getrefcount(a))
        return out
    print(f())
    """)
