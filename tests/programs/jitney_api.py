"""A program may ask for Jitney only when it is installed; nothing else may differ."""
import sys
try:
    import jitney
    with jitney.paused():
        x = sum(i for i in range(500))
except ImportError:
    x = sum(i for i in range(500))
t = 0
for i in range(1000): t += i
print(x, t)
