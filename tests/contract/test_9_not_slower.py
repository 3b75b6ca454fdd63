"""Clause 9: it never makes a program slower than noise.

Figures are bench/'s business (`make bench SUITE=neutral`). Here is only what needs no clock to be seen: what does
not pay is given up, and the quadratic trap is not stepped into.
"""


def test_string_append_stays_linear(run_python, tmp_path):
    # 8 times the text in far less than 64 times the time: generous, so that only a quadratic copy fails.
    (tmp_path / "p.py").write_text("""
import time
def f(n):
    s = ""
    for i in range(n): s += "text!"
    return len(s)
def clock(n):
    began = time.perf_counter(); f(n); return time.perf_counter() - began
f(2000)
small = min(clock(100000) for _ in range(3)); big = min(clock(800000) for _ in range(2))
print(big / small < 32, big, small)
""")
    on = run_python("p.py", cwd=tmp_path, JITNEY="1", JITNEY_THRESHOLD="50")
    assert on.stdout.startswith("True"), on.stdout


def test_giving_up_ends(run_python, tmp_path):
    """A loop that leaves its trace another way each time does not compile for ever."""
    (tmp_path / "p.py").write_text("""
import jitney
def f(n, xs):
    t = 0
    for i in range(n):
        x = xs[i % len(xs)]
        t += len(str(x + x)) if i % 3 else len(repr(x))
        try: t += {}[i % 7]
        except KeyError: t += 1
    return t
classes = [type(f"C{k}", (int,), {}) for k in range(50)]
f(20000, [c(k) for k, c in enumerate(classes)] + [0.5 * k for k in range(20)] + ["s" * k for k in range(9)] + [(k,) for k in range(9)])
before = jitney.stats()
f(60000, [c(k) for k, c in enumerate(classes)] + [0.5 * k for k in range(20)] + ["s" * k for k in range(9)] + [(k,) for k in range(9)])
after = jitney.stats()
print(after["traces"] - before["traces"], after["code_bytes"] - before["code_bytes"])
""")
    on = run_python("p.py", cwd=tmp_path, JITNEY="1", JITNEY_THRESHOLD="10", JITNEY_SIDE_THRESHOLD="5", timeout=300)
    assert on.returncode == 0, on.stderr
    traces, code = map(int, on.stdout.split())
    assert traces < 200
    assert code < 4 << 20


def test_a_program_without_loops_compiles_nothing(run_python):
    done = run_python("-c", "import jitney; jitney.enable(); x = [i for i in range(10)]; print(jitney.stats()['traces'])")
    assert done.stdout == "0\n"


def test_short_stays_are_given_up(run_python, tmp_path):
    """Entering and leaving costs more than two short rounds do: the loop goes back to the interpreter for good."""
    (tmp_path / "p.py").write_text("""
import jitney
def f(pair):
    t = 0
    for x in pair: t += x
    return t
def calls(n):
    before = jitney.stats()["entries"]
    list(map(f, [(i, 1, 2) for i in range(n)]))
    return jitney.stats()["entries"] - before
print(calls(300_000) > 0, calls(5000) < 50, jitney.stats()["places_given_up"])
""")
    on = run_python("p.py", cwd=tmp_path, JITNEY="1", JITNEY_THRESHOLD="200")
    assert on.stdout.startswith("True True "), on.stdout + on.stderr
