"""RecursionError caught deep down, and hot code that runs right at the limit."""
import sys
def loop():
    t = 0
    for i in range(50): t += abs(i) + len(str(i))
    return t
def f(n):
    try: return f(n + 1)
    except RecursionError:
        return n
def g(n): return loop() if n == 0 else g(n - 1)
for k in range(5):
    d = f(0)
    print(d, g(100), sys.getrecursionlimit())
    sys.setrecursionlimit(500 + k * 100)
