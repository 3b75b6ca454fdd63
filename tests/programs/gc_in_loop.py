"""Cycles collected while a loop is hot, with finalisers."""
import gc
n = 0
class A:
    def __del__(self):
        global n
        n += 1
def f():
    for i in range(800):
        a = A(); a.me = a; a.l = [a, (a, i)]
        if i % 100 == 0: a = None; gc.collect()
    del a
    gc.collect()
f()
print(n)
