"""Exceptions through recursion: caught at some depth, tracebacks whole, RecursionError in its place, locals alive as long."""
import sys
import traceback


def down(n):
    if n == 0:
        raise ValueError("bottom")
    return down(n - 1) + 1


def catching(n):
    if n == 0:
        return 0
    if n % 5 == 0:
        try:
            return down(n // 5) + catching(n - 1)
        except ValueError:
            return catching(n - 1) + 1
    return catching(n - 1) + catching(n - 2 if n > 1 and n % 3 == 0 else 0)


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def endless(n):
    return endless(n + 1) + 1


def depth(n):
    try:
        return depth(n + 1)
    except RecursionError:
        return n


for _ in range(30):
    x = [catching(i) for i in range(25)]
print(x)
for _ in range(5):
    print(fib(14))
try:
    fib("no")
except TypeError as e:
    print(len(traceback.extract_tb(e.__traceback__)), e)


class Half(int):
    def __sub__(self, other):
        print("frames", sum(1 for _ in frames()), int(self))
        return int(self) - other


def frames():
    f = sys._getframe()
    while f is not None:
        if f.f_code is fib.__code__:
            yield f
        f = f.f_back


print(fib(Half(4)))
for i in range(40):
    try:
        down(i)
    except ValueError as e:
        tb = traceback.extract_tb(e.__traceback__)
print([(s.name, s.lineno) for s in tb][:3], len(tb))
sys.setrecursionlimit(300)
for _ in range(20):
    try:
        endless(0)
    except RecursionError as e:
        n = len(traceback.extract_tb(e.__traceback__))
print(n)
print(len({depth(0) for _ in range(20)}))
