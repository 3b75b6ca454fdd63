"""Defaults, code and names replaced while the loop runs."""
def f(x, y=1): return x + y
def other(x, y=1): return x - y
def run():
    t = []
    for i in range(2000):
        if i == 500: f.__defaults__ = (100,)
        if i == 1000: f.__code__ = other.__code__
        if i == 1500: globals()["f"] = lambda x: x * 2
        t.append(f(i))
    return sum(t), t[499:501], t[999:1001], t[1499:1501]
print(run())
