"""Clause 8: debuggers, profilers, coverage and monitoring tools see what they see without Jitney.

Each program warms a loop up, switches the tool on in its middle, off again later, and prints the events.
"""

import pytest

BODY = """
import sys
log = []
def callee(x):
    if x % 9 == 8: raise ValueError(x)
    return x + 1
def gen(n):
    for i in range(n):
        yield i
class A:
    def m(self, x):
        return x * 2
def f(n, on, off):
    t = 0; a = A()
    for i in range(n):
        if i == 60: on()
        if i == 80: off()
        try:
            t += callee(i)
        except ValueError:
            t += 1
        t += a.m(i)
        for g in gen(2):
            t ^= g
        t += len([j for j in range(2)])
    return t
"""


@pytest.mark.parametrize("opcodes", [False, True])
def test_settrace(same, opcodes):
    same(BODY + f"""
def tracer(frame, event, arg):
    if frame.f_code.co_filename != __file__: return None
    frame.f_trace_opcodes = {opcodes}
    log.append((frame.f_code.co_name, event, frame.f_lineno, frame.f_lasti if {opcodes} else 0, arg if isinstance(arg, int) else type(arg).__name__))
    return tracer
def on():
    sys.settrace(tracer); sys._getframe(1).f_trace = tracer
def off():
    sys.settrace(None); sys._getframe(1).f_trace = None
for k in range(3): print(f(120, on, off), len(log))
for row in log: print(row)
""")


@pytest.mark.parametrize("switch", ["sys.settrace", "sys.setprofile"])
def test_switched_on_in_recursion(same, switch):
    same(f"""
import sys
log = []
def tool(frame, event, arg):
    if frame.f_code.co_name in ("fib", "on"): log.append((frame.f_code.co_name, event, frame.f_lineno, frame.f_locals.get("n")))
    return tool
def on(n):
    if n == 3: {switch}(tool)
def fib(n, watch=False):
    if n < 2:
        if watch: on(n + 2)
        return n
    a = fib(n - 1)
    b = fib(n - 2, watch)
    return a + b
for k in range(30): fib(12)
for k in range(4):
    print(fib(9, True))
    {switch}(None)
    print(len(log), log[:60])
    log.clear()
""")


def test_setprofile(same):
    same(BODY + """
def profiler(frame, event, arg): log.append((frame.f_code.co_name, event, frame.f_lineno, getattr(arg, "__name__", type(arg).__name__)))
def on(): sys.setprofile(profiler)
def off(): sys.setprofile(None)
for k in range(3): print(f(120, on, off), len(log))
for row in log: print(row)
""")


@pytest.mark.parametrize("events", [
    "E.LINE", "E.PY_START | E.PY_RETURN | E.PY_RESUME | E.PY_YIELD", "E.CALL", "E.JUMP | E.BRANCH", "E.INSTRUCTION",
    "E.RAISE | E.EXCEPTION_HANDLED | E.PY_UNWIND | E.RERAISE", "E.STOP_ITERATION", "E.LINE | E.PY_START | E.JUMP | E.CALL",
])
@pytest.mark.parametrize("tool", [0, 3])
def test_monitoring(same, events, tool):
    same(BODY + f"""
M = sys.monitoring; E = M.events
def callback(name):
    def note(code, *args):
        if code.co_filename == __file__: log.append((name, code.co_name, *[a if isinstance(a, int) else getattr(a, "__name__", type(a).__name__) for a in args]))
    return note
M.use_tool_id({tool}, "test")
for name in ("LINE", "PY_START", "PY_RETURN", "PY_RESUME", "PY_YIELD", "CALL", "JUMP", "BRANCH", "INSTRUCTION", "RAISE", "EXCEPTION_HANDLED", "PY_UNWIND", "RERAISE", "STOP_ITERATION"):
    M.register_callback({tool}, getattr(E, name), callback(name))
def on(): M.set_events({tool}, {events})
def off(): M.set_events({tool}, 0)
for k in range(3): print(f(120, on, off), len(log))
for row in log: print(row)
""", settings=("soon",))


def test_monitoring_local_events_and_disable(same):
    same(BODY + """
M = sys.monitoring; E = M.events
M.use_tool_id(2, "test")
def line(code, n): log.append((code.co_name, n)); return M.DISABLE if len(log) % 3 else None
M.register_callback(2, E.LINE, line)
def on(): M.set_local_events(2, callee.__code__, E.LINE); M.set_local_events(2, f.__code__, E.LINE)
def off(): M.set_local_events(2, callee.__code__, 0); M.set_local_events(2, f.__code__, 0); M.restart_events()
for k in range(3): print(f(120, on, off), len(log))
for row in log: print(row)
""")


def test_pdb_breakpoint(run_python, same, tmp_path):
    same(BODY + """
import pdb, io
def on():
    p = pdb.Pdb(stdin=io.StringIO("p t\\nn\\np i\\ns\\nw\\nr\\nunt\\np t\\nc\\n"), stdout=sys.stdout, nosigint=True, readrc=False)
    p.use_rawinput = False
    p.set_trace(sys._getframe(1))
def off(): pass
for k in range(2): print(f(120, on, off))
""")


def test_cprofile_counts(same):
    same(BODY + """
import cProfile, pstats, io
p = cProfile.Profile()
for k in range(3): f(120, lambda: None, lambda: None)
p.enable()
print(f(120, lambda: None, lambda: None))
p.disable()
for (file, line, name), (cc, nc, tt, ct, callers) in sorted(pstats.Stats(p).stats.items()):
    print(file.rsplit("/")[-1], line, name, cc, nc)
""")


def test_trace_module(same):
    same(BODY + """
import trace
t = trace.Trace(count=1, trace=0)
f(120, lambda: None, lambda: None)
t.runfunc(f, 120, lambda: None, lambda: None)
print(sorted((line, n) for (file, line), n in t.results().counts.items() if file == __file__))
print(f(120, lambda: None, lambda: None))
""")


def test_slot_5_taken_by_another(same):
    # Jitney's slot is 5; a program that takes 0 to 4 must not notice anything.
    same(BODY + """
M = sys.monitoring
for tool in range(5): M.use_tool_id(tool, str(tool))
print([M.get_tool(tool) for tool in range(5)], f(300, int, int))
for tool in range(5): M.free_tool_id(tool)
print(f(300, int, int))
""")


def test_slot_5_freed_or_used_by_a_program(run_python, tmp_path):
    (tmp_path / "p.py").write_text(BODY + """
M = sys.monitoring
f(300, int, int)
M.free_tool_id(5)
print(f(300, int, int))
M.use_tool_id(5, "mine"); M.set_events(5, M.events.PY_START)
M.register_callback(5, M.events.PY_START, lambda *a: log.append(1))
print(f(300, int, int), len(log) > 300)
M.restart_events()
print(f(300, int, int))
""")
    off = run_python("p.py", cwd=tmp_path, JITNEY="0")
    on = run_python("p.py", cwd=tmp_path, JITNEY="1", JITNEY_THRESHOLD="2")
    assert (on.stdout, on.returncode) == (off.stdout, off.returncode), on.stderr
