"""A profile function set in the middle of a hot loop counts every call from there."""
import sys
n = {}
def prof(frame, event, arg):
    k = (event, frame.f_code.co_name)
    n[k] = n.get(k, 0) + 1
def g(i): return abs(i)
def f():
    t = 0
    for i in range(800):
        if i == 500: sys.setprofile(prof)
        t += g(-i)
    sys.setprofile(None)
    return t
print(f(), sorted(n.items()))
