"""Clause 10: it never takes a program down: threads, fork, subinterpreters, shutdown, memory for code."""

import re

import pytest

HOT = """
def hot(n, k=3):
    t = 0; l = [k] * 5; d = {}
    for i in range(n):
        t += i * k % 7 + l[i % 5]
        d[i % 10] = t
        if i & 7 == 0: t ^= 3
    return t, len(d)
"""


def test_threads_with_a_small_switch_interval(same):
    same(HOT + """
import threading, sys
sys.setswitchinterval(1e-5)
class Shared: pass
s = Shared(); s.n = 0; lock = threading.Lock(); out = {}
def work(k):
    r = hot(4000, k)
    for i in range(500):
        with lock: s.n += 1
    out[k] = r
ts = [threading.Thread(target=work, args=(k,)) for k in range(8)]
for t in ts: t.start()
for t in ts: t.join()
print(s.n, sorted(out.items()))
""")


def test_threads_change_classes_and_globals(same):
    same(HOT + """
import threading, sys
sys.setswitchinterval(1e-5)
class A:
    def m(self): return 1
G = 1; stop = False
def change():
    global G
    for i in range(300):
        A.m = (lambda self, v=i % 3 + 1: v); G = i % 4 + 1
def read():
    a = A(); good = True
    for i in range(20000):
        good = good and 1 <= a.m() <= 3 and 1 <= G <= 4
    results.append(good)
results = []
ts = [threading.Thread(target=f) for f in (read, change, read, change, read)]
for t in ts: t.start()
for t in ts: t.join()
print(results)
""")


def test_thread_ends_with_hot_loop_in_daemon(same):
    same(HOT + """
import threading, time
def forever():
    while True: hot(1000)
for k in range(3): threading.Thread(target=forever, daemon=True).start()
hot(3000); time.sleep(0.1)
print("end of main")
""")


def test_fork_in_hot_loop(same):
    same(HOT + """
import os, sys
def f():
    t = 0; children = []
    for i in range(300):
        t += i * 3
        if i in (100, 200):
            sys.stdout.flush()
            pid = os.fork()
            if pid == 0:
                r = hot(3000, i)
                print("child", i, t, r, flush=True)
                os._exit(7)
            children.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    return t, children
import warnings; warnings.simplefilter("ignore")
hot(2000); print(f(), hot(100))
""")


def test_fork_from_a_thread(same):
    same(HOT + """
import os, sys, threading, warnings
warnings.simplefilter("ignore")
def work():
    hot(2000); sys.stdout.flush()
    pid = os.fork()
    if pid == 0: print("child", hot(2000), flush=True); os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
t = threading.Thread(target=work); t.start(); hot(20000); t.join(); print(hot(5))
""")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(same, method):
    same(HOT + f"""
import multiprocessing, warnings
warnings.simplefilter("ignore")
if __name__ == "__main__":
    hot(1000)
    with multiprocessing.get_context("{method}").Pool(2) as pool: print(pool.map(hot, [500, 1000, 1500]))
""", settings=("soon",))


def test_executors(same):
    same(HOT + """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool: print(list(pool.map(hot, range(100, 1000, 100))))
""")


def test_subinterpreters(same):
    same(HOT + """
try: import _interpreters as x
except ImportError: import _xxsubinterpreters as x
hot(500)
for config in ("legacy", "isolated"):
    i = x.create(config)
    r = x.exec(i, '''
def hot(n):
    t = 0
    for i in range(n): t += i * 3 % 7
    return t
assert hot(5000) == sum(i * 3 % 7 for i in range(5000))
''') if hasattr(x, "exec") else x.run_string(i, "sum(range(1000))")
    print(r); x.destroy(i)
    print(hot(500))
""")


def test_shutdown_with_finalisers_and_atexit(same):
    same(HOT + """
import atexit, weakref
class A:
    def __del__(self):
        t = 0
        for i in range(300): t += i
        print("dying", t)
atexit.register(lambda: print("atexit", hot(2000)))
a = A(); b = A(); b.me = b
weakref.finalize(a, lambda: print("finalize", hot(300)))
hot(2000)
import sys; sys.exit(3)
""")


def test_disable_and_enable_again_and_again(run_python, tmp_path):
    (tmp_path / "p.py").write_text(HOT + """
import jitney
expected = hot(3000)
for k in range(30):
    jitney.enable(threshold=3, side_threshold=2)
    assert hot(3000) == expected
    if k % 3: jitney.disable()
    assert hot(3000) == expected
def f():
    t = 0
    for i in range(3000):
        if i % 500 == 250: jitney.disable()
        if i % 500 == 499: jitney.enable(threshold=2)
        t += i * 2
    return t
assert f() == sum(i * 2 for i in range(3000))
with jitney.paused(): assert hot(3000) == expected
print("fine")
""")
    done = run_python("p.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_code_memory_is_bounded(run_python, tmp_path):
    (tmp_path / "p.py").write_text("""
import jitney
jitney.enable(threshold=2, side_threshold=1, code_memory=1)
most = 0
for k in range(1500):
    space = {}
    body = "\\n".join(f"        t += i * {k + j} % {j + 3}" for j in range(40))
    exec(f"def f(n):\\n    t = 0\\n    for i in range(n):\\n{body}\\n    return t", space)
    space["f"](40)
    most = max(most, jitney.stats()["code_bytes"])
print(most)
""")
    done = run_python("p.py", cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= 1 << 20


def test_memory_stays_level(run_python, tmp_path):
    """Compiling, invalidating and throwing away again and again does not grow the process."""
    (tmp_path / "p.py").write_text("""
import gc
def rss():
    with open("/proc/self/statm") as f: return int(f.read().split()[1]) * 4096
source = "class A:\\n  k = 1\\n  def m(self, x): return x + self.k\\ndef f(n):\\n  a = A(); t = 0\\n  for i in range(n):\\n    t += a.m(i)\\n    if i == n // 2: A.k += 1\\n  return t"
def round():
    space = {}; exec(source, space)
    return space["f"](120)
def rounds(n):
    for i in range(n): round()
rounds(400); gc.collect(); before = rss()
rounds(3000); gc.collect(); after = rss()
print((after - before) >> 20)
""")
    done = run_python("p.py", cwd=tmp_path, JITNEY="1", JITNEY_THRESHOLD="3", JITNEY_SIDE_THRESHOLD="2", timeout=600)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 24


def test_no_page_is_writable_and_executable(run_python, tmp_path):
    (tmp_path / "p.py").write_text(HOT + """
def maps():
    with open("/proc/self/maps") as f: return [line.split()[1] for line in f]
def f():
    bad = 0
    for i in range(200):
        if i % 20 == 0: bad += sum("w" in m and "x" in m for m in maps())
        hot(20, i)
    return bad
print(f())
""")
    done = run_python("p.py", cwd=tmp_path, JITNEY="1", JITNEY_THRESHOLD="2", JITNEY_SIDE_THRESHOLD="1")
    assert done.stdout == "0\n", done.stderr


@pytest.mark.parametrize("jit", ["0", "1"])
def test_beside_cpythons_own_jit(same, jit):
    same(HOT + """
for k in range(20): r = hot(5000)
print(r)
""", PYTHON_JIT=jit, settings=("soon", "later"))


def test_debug_references_stay_level(run_python, tmp_path):
    """Only on a debug build: the same hot work again leaves no reference behind."""
    (tmp_path / "p.py").write_text(HOT + """
import sys, gc
if not hasattr(sys, "gettotalrefcount"): print("release"); raise SystemExit
class P:
    def __init__(self, x, y): self.x = x; self.y = y
    def add(self, o): return P(self.x + o.x, self.y + o.y)
def objects(n):
    p = P(0, 0.0); out = []
    for i in range(n):
        p = p.add(P(i, 0.5))
        try: out.append([p.x][i % 2])
        except IndexError: out.append(str(i))
    return len(out), sum(x * x for x in range(n) if x % 3)
def work():
    hot(500); objects(500)
for k in range(30): work()
gc.collect(); before = sys.gettotalrefcount()
for k in range(60): work()
gc.collect(); after = sys.gettotalrefcount()
print("level" if abs(after - before) < 60 else after - before)
""")
    done = run_python("p.py", cwd=tmp_path, JITNEY="1", JITNEY_THRESHOLD="3", JITNEY_SIDE_THRESHOLD="2")
    assert re.fullmatch("release|level", done.stdout.strip()), done.stdout + done.stderr
