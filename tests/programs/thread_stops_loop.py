"""A loop that only another thread can end: the interpreter's duties at the back-edge."""
import threading, time
class S: pass
s = S(); s.stop = False
def stopper():
    time.sleep(0.05); s.stop = True
def f():
    n = 0
    while not s.stop:
        n += 1
    return n > 0
t = threading.Thread(target=stopper); t.start()
print(f()); t.join()
