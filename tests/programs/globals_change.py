"""A global and a builtin that change while code that assumed them is hot."""
N = 1
def f():
    return N + len("abc")
def run():
    global N, len
    out = 0
    for i in range(1000):
        out += f()
        if i == 300: N = 100
        if i == 600: len = lambda x: 1000
        if i == 800: del len
        if i % 10 == 0: N += 1
    return out
print(run(), N)
import builtins
def g():
    t = 0
    for i in range(600):
        if i == 300: builtins.abs = lambda x: -5
        t += abs(-i)
    return t
old = abs
print(g()); builtins.abs = old
