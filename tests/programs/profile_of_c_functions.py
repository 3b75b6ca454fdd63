"""A profiler switched on inside a C call's callback."""
import sys
log = []
def prof(frame, event, arg):
    if len(log) < 400: log.append((event, frame.f_code.co_name, getattr(arg, "__name__", None)))
def key(x):
    if x == 50: sys.setprofile(prof)
    return -x
def f():
    for k in range(3):
        l = sorted(range(100), key=key); sys.setprofile(None)
    return l[:3]
print(f(), len(log), log[:8])
