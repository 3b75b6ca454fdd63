"""The engine's own life: on and off while code runs, exits, side traces, what is freed and when."""

from __future__ import annotations

import textwrap

PRELUDE = """
import gc, sys, threading, weakref
import jitney
def hot(n, step=1):
    t = 0
    for i in range(n):
        t += i * step
    return t
"""


def output(run_python, source: str, **environment: str) -> str:
    program = PRELUDE + textwrap.dedent(source)
    done = run_python("-c", program, JITNEY_THRESHOLD="20", JITNEY_SIDE_THRESHOLD="3", **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_counts_and_enters(run_python) -> None:
    assert output(run_python, """
        jitney.enable()
        print(hot(5000) == sum(range(5000)))
        s = jitney.stats()
        print(s["traces"] >= 1, s["entries"] >= 1, s["code_bytes"] > 0, s["exits_taken"] >= s["traces"])
    """) == "True\nTrue True True True\n"


def test_functions_that_call_themselves(run_python) -> None:
    """Those made before too; only code that names itself is told of, and nothing of that is left when the engine is off."""
    assert output(run_python, """
        def early(n): return n if n < 2 else early(n - 1) + early(n - 2)
        def plain(n): return n + 1
        class Node:
            def __init__(self, left): self.left = left
            def depth(self): return 1 if self.left is None else 1 + self.left.depth()
        starts = lambda f: bool(sys.monitoring.get_local_events(5, f.__code__) & sys.monitoring.events.PY_START)
        jitney.enable()
        def late(n): return n if n < 2 else late(n - 1) + late(n - 2)
        print([starts(f) for f in (early, late, Node.depth, plain)])
        def entries(call):
            before = jitney.stats()["entries"]
            for _ in range(20): result = call()
            return result, jitney.stats()["entries"] - before > 100
        chain = None
        for _ in range(100): chain = Node(chain)
        print(entries(lambda: early(14)), entries(lambda: late(14)), entries(chain.depth))
        jitney.disable()
        sys.monitoring.use_tool_id(5, "mine")
        print([starts(f) for f in (early, late, Node.depth, plain)])
    """) == "[True, True, True, False]\n(377, True) (377, True) (100, True)\n[False, False, False, False]\n"


def test_off_in_the_middle_of_machine_code(run_python) -> None:
    assert output(run_python, """
        def f(n):
            t = 0
            for i in range(n):
                t += i
                if i == 500: jitney.disable()
                if i == 700: jitney.enable()
            return t
        jitney.enable()
        print([f(1000) == sum(range(1000)) for _ in range(4)], jitney.is_enabled())
    """) == "[True, True, True, True] True\n"


def test_off_frees_everything(run_python) -> None:
    assert output(run_python, """
        class A:
            def __init__(self, x): self.x = x
        def f(n):
            t = 0
            for i in range(n):
                t += A(i).x
            return t
        before = jitney.stats()["code_bytes"]
        for _ in range(5):
            jitney.enable(); f(500); jitney.disable()
        a = jitney.stats()["code_bytes"]
        for _ in range(20):
            jitney.enable(); f(500); jitney.disable()
        print(jitney.stats()["code_bytes"] - a < 2000, sys.getrefcount(A) < 20)
    """) == "True True\n"


def test_side_traces(run_python) -> None:
    assert output(run_python, """
        def f(n):
            t = 0
            for i in range(n):
                if i % 3 == 0: t += 1
                elif i % 3 == 1: t ^= i
                else: t -= 2
            return t
        want = f(3000)
        jitney.enable()
        print(f(3000) == want, jitney.stats()["side_traces"] > 0)
    """) == "True True\n"


def test_global_that_changes_invalidates(run_python) -> None:
    assert output(run_python, """
        G = 1
        def f(n):
            t = 0
            for i in range(n): t += G
            return t
        jitney.enable()
        out = [f(200)]
        for G in (2, 3.5, 3.5): out.append(f(200))
        print(out, jitney.stats()["invalidations"] > 0)
    """) == "[200, 400, 700.0, 700.0] True\n"


def test_same_value_does_not_invalidate(run_python) -> None:
    assert output(run_python, """
        G = "some text"
        def f(n):
            t = 0
            for i in range(n): t += len(G)
            return t
        jitney.enable()
        f(200)
        before = jitney.stats()["invalidations"]
        for _ in range(5):
            globals()["G"] = G
            f(200)
        print(jitney.stats()["invalidations"] - before)
    """) == "0\n"


def test_a_replaced_global_dies_at_once(run_python) -> None:
    assert output(run_python, """
        class A:
            x = 1
            def __del__(self): print("dead")
        G = A()
        def f(n):
            t = 0
            for i in range(n): t += G.x
            return t
        jitney.enable()
        print(f(300))
        G = None
        print("after")
    """) == "300\ndead\nafter\n"


def test_destructor_in_a_trace_sees_the_frames(run_python) -> None:
    assert output(run_python, """
        seen = []
        class A:
            def __del__(self): seen.append((sys._getframe(1).f_code.co_name, sys._getframe(1).f_locals["i"]))
        def g(a): return None
        def f(n):
            for i in range(n):
                a = A()
                a = g(a)
            return i
        jitney.enable()
        f(200)
        print(len(seen), seen[0], seen[150], {name for name, _ in seen})
    """) == "200 ('f', 0) ('f', 150) {'f'}\n"


def test_frame_objects_of_inlined_calls_go_on(run_python) -> None:
    assert output(run_python, """
        def look(): return sys._getframe(1)
        def inner(i):
            a = look(); b = look()
            return a is b and a.f_lineno == a.f_code.co_firstlineno + 2 and a.f_locals["i"] == i
        def f(n):
            good = 0
            for i in range(n): good += inner(i)
            return good
        jitney.enable()
        print(f(300))
    """) == "300\n"


def test_recursion_error_from_inlined_calls(run_python) -> None:
    assert output(run_python, """
        def down(n): return 0 if n == 0 else 1 + down(n - 1)
        def f(n):
            t = 0
            for i in range(n):
                try: t += down(i * 5)
                except RecursionError: t -= 1
            return t
        want = f(300)
        jitney.enable()
        print(f(300) == want, f(300) == want)
    """) == "True True\n"


def test_each_thread_runs_right(run_python) -> None:
    assert output(run_python, """
        jitney.enable()
        sys.setswitchinterval(1e-5)
        out = []
        def work(k): out.append(hot(20000, k) == k * sum(range(20000)))
        threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
        for t in threads: t.start()
        for t in threads: t.join()
        print(out)
    """) == "[True, True, True, True, True, True]\n"


def test_fork_goes_on(run_python) -> None:
    assert output(run_python, """
        import os
        jitney.enable()
        hot(500)
        child = os.fork()
        def other(n):
            t = 1
            while n: t = t * 3 % 1000003; n -= 1
            return t
        ok = hot(500) == sum(range(500)) and other(3000) == pow(3, 3000, 1000003)
        if not child: os._exit(0 if ok else 1)
        print(ok, os.waitpid(child, 0)[1])
    """) == "True 0\n"


def test_slot_taken(run_python) -> None:
    assert output(run_python, """
        sys.monitoring.use_tool_id(5, "somebody")
        try: jitney.enable()
        except RuntimeError as e: print(e)
        print(jitney.is_enabled(), hot(500) == sum(range(500)))
        sys.monitoring.free_tool_id(5)
        jitney.enable()
        print(jitney.is_enabled())
    """) == "sys.monitoring's optimizer slot is taken by another tool\nFalse True\nTrue\n"


def test_code_memory_that_is_full_is_emptied(run_python) -> None:
    assert output(run_python, """
        jitney.enable(code_memory=1, threshold=20)
        good = True
        for k in range(600):
            space = {}
            exec(f"def f(n):\\n t = 0\\n for i in range(n): t += i * {k} % 7 + {k}\\n return t", space)
            good = good and space["f"](100) == sum(i * k % 7 + k for i in range(100))
        print(good, jitney.stats()["code_bytes"] <= 1 << 20)
    """) == "True True\n"


def test_log(run_python, tmp_path) -> None:
    log = tmp_path / "log"
    output(run_python, "jitney.enable(); hot(500); jitney.disable()", JITNEY_LOG=str(log))
    words = [line.split()[1] for line in log.read_text().splitlines()]
    assert words[0] == "enabled" and words[-1] == "disabled"
    assert "compiled" in words and "left" in words
