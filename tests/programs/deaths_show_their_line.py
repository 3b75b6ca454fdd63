"""What an instruction releases dies while its own line is the current one, in the loop and in inlined calls."""
import sys
class Loud:
    def __init__(self, name): self.name = name
    def __del__(self):
        print("del", self.name, sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno)
def f(n):
    t = 0
    for i in range(n):
        other = Loud(i) if i % 5 == 4 else None
        t += i
        d = [other]
        d.pop()
        other = None
        t += 1
    return t
def g(x):
    y = x
    z = 1
    y = x = None
    z = 2
    return z
def h(n):
    t = 0
    for i in range(n):
        t += g(Loud(i) if i % 7 == 3 else None)
        t += 1
    return t
for k in range(3): print(f(40), h(40))
