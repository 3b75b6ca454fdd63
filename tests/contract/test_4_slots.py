"""Clause 4: a frame slot holds a valid reference or NULL whenever the collector or a handler may look."""

import pytest


def test_collector_in_the_loop(same):
    same("""
    import gc
    class Node:
        def __init__(self, n, next): self.n = n; self.next = next; self.me = self
    def f():
        t = 0; x = 0.5; prev = None
        for i in range(300):
            prev = Node(i, prev if i % 20 else None)
            x = x * 1.01 + i; l = [x, i, (x, i)]; t += len(l)
            if i % 7 == 0: gc.collect(0)
            if i % 50 == 0: gc.collect()
        return t, round(x, 6), prev.n, [type(o).__name__ for o in gc.get_referrers(prev)][:0]
    gc.set_threshold(3, 2, 2)
    print(f(), f())
    """)


def test_callbacks_of_the_collector_read_frames(same):
    same("""
    import gc, sys
    seen = 0; bad = 0
    def callback(phase, info):
        global seen, bad
        f = sys._getframe(1)
        while f:
            for v in list(f.f_locals.values()): seen += 1; repr(type(v))
            f = f.f_back
    def f():
        t = 0.0
        for i in range(400):
            t += i * 0.25; a = [i, t]; b = {"k": a}; a.append(b); c = (a, b)
        return t
    gc.callbacks.append(callback); gc.set_threshold(50)
    print(f()); gc.callbacks.clear(); print(bad, seen > 0)
    """)


def test_handler_reads_the_frame(same):
    out = same("""
    import signal, time
    hits = []
    def handler(number, frame):
        while frame and frame.f_code.co_name != "f": frame = frame.f_back
        if frame:
            d = frame.f_locals
            hits.append(all(type(d[k]) is t for k, t in (("i", int), ("x", float), ("s", str)) if k in d) and d.get("twice", 0) in (2 * d.get("i", 0), 2 * d.get("i", 0) - 2))
    signal.signal(signal.SIGALRM, handler)
    def f():
        x = 0.0; s = ""; i = 0; twice = 0
        end = time.monotonic() + 0.4
        while True:
            i += 1
            twice = i * 2
            x = x * 0.5 + i
            s = "n" + str(i % 10)
            if i % 1000 == 0 and time.monotonic() > end: break
        return i > 0
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
    r = f()
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(r, all(hits), len(hits) >= 4)
    """, settings=("soon", "later"))
    assert out == "True True True\n"


@pytest.mark.parametrize("work", [
    "s = str(x)", "s = repr(i)", "s = f'{x!r:>30} {i:5d} {x:.3f}'", "s = '%s %d' % (i, i)", "big = (big * 3 ^ i) % (1 << 80)",
    "big = big * big % ((1 << 500) - 1)", "s = divmod(big, 7 + i)",
])
def test_handler_reads_the_frame_where_c_code_looks_for_signals(same, work):
    out = same(f"""
    import signal, time
    hits = []
    def handler(number, frame):
        while frame and frame.f_code.co_name != "f": frame = frame.f_back
        if frame:
            d = frame.f_locals
            hits.append(d.get("twice", 0) in (2 * d["i"], 2 * d["i"] - 2))
    signal.signal(signal.SIGALRM, handler)
    def f():
        x = 0.0; i = twice = 0; big = 3 ** 40
        end = time.monotonic() + 0.4
        while True:
            i += 1
            twice = i * 2
            x = x * 0.5 + i
            {work}
            if i % 100 == 0 and time.monotonic() > end: break
        return i > 0
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.001)
    r = f()
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(r, all(hits), len(hits) >= 4)
    """, settings=("soon",))
    assert out == "True True True\n"


def test_get_objects_and_get_referents(same):
    same("""
    import gc
    class A: pass
    def f():
        out = []
        for i in range(40):
            a = A(); a.l = [i]; b = (a, i)
            if i % 10 == 0:
                out.append(sum(1 for o in gc.get_objects() if type(o) is A))
                out.append(len(gc.get_referents(b)))
                out.append(sum(1 for r in gc.get_referrers(a) if type(r) is tuple))
        return out
    print(f())
    """)
