"""sys.exit in a hot function."""
import sys
def f(i):
    if i == 900: sys.exit(3)
    return i
t = 0
for i in range(2000):
    t += f(i)
    if i % 300 == 0: print(t)
