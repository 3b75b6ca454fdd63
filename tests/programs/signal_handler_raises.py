"""A signal handler that raises in the middle of a hot loop's try block, many times."""
import signal, os
class Stop(Exception): pass
def handler(*a): raise Stop
signal.signal(signal.SIGUSR1, handler)
def f():
    n = 0; done = 0
    for i in range(300):
        try:
            n += 1
            if i % 10 == 0: os.kill(os.getpid(), signal.SIGUSR1)
            n += 0
        except Stop: done += 1
        finally: n += 1
    return n, done
print(f())
