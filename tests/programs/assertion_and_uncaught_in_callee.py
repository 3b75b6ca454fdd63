"""An uncaught AssertionError in an inlined callee inside a generator: the whole traceback."""
def check(x):
    assert x < 120, f"too big: {x}"
    return x
def gen():
    for i in range(1000):
        yield check(i) * 2
def f():
    t = 0
    for v in gen():
        t += v
    return t
print(f())
