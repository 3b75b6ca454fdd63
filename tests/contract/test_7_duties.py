"""Clause 7: signals, the GIL, pending calls, the collector and the recursion limit are served in hot loops."""

import pytest


def test_alarm_is_answered_in_a_hot_loop(same):
    # A loop without any call: only the look at the eval breaker on the back-edge can end it.
    same("""
    import signal, time
    class Stop(Exception): pass
    def handler(*a): raise Stop
    signal.signal(signal.SIGALRM, handler)
    def f(x):
        while True:
            x = (x * 3 + 1) % 1000003
    began = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try: f(1)
    except Stop: print("stopped", time.monotonic() - began < 5)
    """, timeout=60)


def test_alarm_is_answered_in_recursion(same):
    # No back-edge at all: the call itself looks. The handler sees the frames that the traceback tells of.
    same("""
    import signal, time, traceback
    class Stop(Exception): pass
    def handler(signum, frame):
        global depth
        depth = 0
        while frame is not None: depth += 1; frame = frame.f_back
        raise Stop
    signal.signal(signal.SIGALRM, handler)
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
    fib(22)
    for k in range(3):
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try: fib(80)
        except Stop as e: print("stopped", time.monotonic() - began < 5, len(traceback.extract_tb(e.__traceback__)) == depth + 1)
    """, timeout=60)


def test_other_threads_get_their_turn_in_recursion(same):
    same("""
    import threading, sys
    sys.setswitchinterval(0.0001)
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
    results = []
    threads = [threading.Thread(target=lambda n=n: results.append((n, fib(n)))) for n in (18, 19, 20, 18)]
    for t in threads: t.start()
    for t in threads: t.join()
    print(sorted(results))
    """, timeout=60)


@pytest.mark.parametrize("body", ["x = x * 1.0000001 + 0.5", "x += 1", "l[x & 1] = x; x = len(l)", "x = h(x)", "d['k'] = x", "for j in range(3): x = j", "x = o.v; o.v = x", "s = s[1:] + s[0]"])
def test_keyboard_interrupt(same, body):
    same(f"""
    import signal, os, threading, time
    class O: v = 1
    def h(x): return (x + 1) & 1023
    def f():
        x = 1; l = [1, 2]; d = {{}}; o = O(); s = "abc"
        while 1:
            {body}
    def later():
        time.sleep(0.25); os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=later, daemon=True).start()
    began = time.monotonic()
    try: f()
    except KeyboardInterrupt as e: print("interrupted", e.__traceback__.tb_next.tb_frame.f_code.co_name, time.monotonic() - began < 5)
    """, timeout=60, settings=("soon",))


def test_other_threads_get_their_turn(same):
    same("""
    import threading, time, sys
    sys.setswitchinterval(0.001)
    stop = False; turns = 0
    def other():
        global stop, turns
        for i in range(50): turns += 1; time.sleep(0.001)
        stop = True
    def f():
        x = 0
        while not stop: x = (x + 1) % 1000
        return turns
    threading.Thread(target=other).start()
    print(f())
    """, timeout=60)


def test_signals_counted(same):
    same("""
    import signal, os
    n = 0
    def handler(*a):
        global n
        n += 1
    signal.signal(signal.SIGUSR1, handler)
    def f():
        out = []; t = 0
        for i in range(400):
            t += i
            if i % 10 == 0: os.kill(os.getpid(), signal.SIGUSR1)
            t ^= 3
            if i % 10 == 5: out.append(n)
        return out, t
    print(f(), n)
    """)


@pytest.mark.parametrize("shape", [
    "def f(n): return f(n + 1)",
    "def f(n):\n    return 1 + f(n + 1) * 2",
    "def f(n): return g(n + 1)\ndef g(n): return f(n + 1)",
    "class A:\n    def m(self, n): return self.m(n + 1)\nf = A().m",
    "class A:\n    def __getattr__(self, n): return self.other\ndef f(n): return A().x",
    "class A:\n    def __add__(self, o): return self + o\ndef f(n): return A() + 1",
    "f = lambda n: [f(n + 1) for _ in range(1)]",
    "def f(n): return max([n], key=f)",
    "def g(n): yield from g(n + 1)\ndef f(n): return list(g(n))",
    "def f(n):\n    try: return f(n + 1)\n    finally: pass",
])
def test_recursion_error(same, shape):
    same(shape + """
def warm(n): return n if n <= 0 else warm(n - 1)
for i in range(50): warm(30)
for i in range(6):
    try: f(0)
    except RecursionError as e: print(str(e).split(" while")[0])
print(warm(200))
""", settings=("at-once", "soon"))


def test_recursion_depth_is_the_same(same):
    same("""
    import sys
    def f(n):
        global deepest
        deepest = n
        return f(n + 1)
    for limit in (200, 1000, 3000, 500):
        sys.setrecursionlimit(limit)
        for k in range(4):
            try: f(0)
            except RecursionError as e:
                n = 0; t = e.__traceback__
                while t: n += 1; t = t.tb_next
                print(limit, deepest, n)
    """)


def test_deep_recursion_that_fits(same):
    same("""
    import sys
    sys.setrecursionlimit(20000)
    def f(n, a, b): return a if n == 0 else f(n - 1, a + n, b * 0.5)
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
    def ack(m, n): return n + 1 if m == 0 else ack(m - 1, 1) if n == 0 else ack(m - 1, ack(m, n - 1))
    for i in range(10): print(f(3000, 0, 1.0))
    print(fib(18), ack(2, 6), f(15000, 0, 1.0))
    """)


def test_memory_error_in_hot_code(same):
    same("""
    def f():
        out = []
        for i in range(80):
            try: s = "x" * (1 << 60) if i % 20 == 19 else "x" * i; out.append(len(s))
            except MemoryError: out.append("memory")
        return out
    print(f())
    """)


def test_pending_calls_and_collector_run(same):
    same("""
    import gc, weakref
    class A: pass
    dead = []
    def f():
        for i in range(5000):
            a = A(); a.me = a; r = weakref.ref(a, dead.append)
            keep.append(r)
    keep = []
    f(); print(len(dead) > 2000)
    """)
