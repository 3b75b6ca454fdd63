"""A tracer that sets f_lineno jumps in a hot function."""
import sys
def f(n):
    t = 0
    for i in range(n):
        t += 1
        t += 10
        t += 100
    return t
f(200)
jumps = 0
def tr(frame, e, a):
    global jumps
    if frame.f_code is f.__code__:
        if e == "line" and frame.f_lineno == first + 4 and jumps < 5: frame.f_lineno = first + 5; jumps += 1
        return tr
first = f.__code__.co_firstlineno
sys.settrace(tr); r = f(20); sys.settrace(None)
print(r, jumps, f(20))
