"""A frame's locals changed from outside by f_locals while the loop is hot."""
import sys
def poke(i):
    if i == 500: sys._getframe(1).f_locals["x"] = 10000
def f():
    x = 0
    for i in range(1000):
        poke(i)
        x += 1
    return x
print(f())
