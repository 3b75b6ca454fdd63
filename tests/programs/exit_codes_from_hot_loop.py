"""sys.exit with an object from deep inside a hot loop; atexit and __del__ after it."""
import sys, atexit
class N:
    def __del__(self): print("del at exit")
atexit.register(print, "atexit")
def g(i):
    if i == 150: sys.exit(f"leaving at {i}")
    return i
def f():
    n = N(); t = 0
    try:
        for i in range(1000): t += g(i)
    finally: print("finally", t)
f()
