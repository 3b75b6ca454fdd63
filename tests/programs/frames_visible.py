"""sys._getframe, locals(), inspect and warnings from inside hot inlined calls."""
import sys, warnings, inspect
def who(d):
    f = sys._getframe(d)
    return f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, sorted(f.f_locals.items(), key=str)[:3]
def a(x):
    y = x * 2
    if x % 400 == 399:
        return (who(1), who(2)[:2], locals(), inspect.currentframe().f_back.f_code.co_name)
    return y
def b(n):
    out = []
    for i in range(n):
        r = a(i)
        if isinstance(r, tuple): out.append(r)
    return out
for r in b(1200): print(r)
def w(i):
    if i % 500 == 0: warnings.warn(f"at {i}", stacklevel=2)
def c():
    for i in range(1001):
        w(i)
c()
