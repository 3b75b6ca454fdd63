"""A signal handler runs while a loop is hot, and may raise."""
import signal
hits = []
def handler(s, f): hits.append(f.f_code.co_name)
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.02)
def f():
    n = 0
    while not hits: n += 1
    return n > 0
print(f(), hits)
class Stop(Exception): pass
def bang(s, f): raise Stop
signal.signal(signal.SIGALRM, bang)
signal.setitimer(signal.ITIMER_REAL, 0.02)
def g():
    n = 0
    try:
        while True: n += 1
    except Stop: return "stopped"
print(g())
