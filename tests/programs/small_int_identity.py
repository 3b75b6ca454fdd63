"""Small ints are singletons that `is` can see; larger ones are new."""
def f():
    same = []
    for i in range(-10, 300):
        a = i + 0
        b = int(str(i))
        same.append(a is b)
    return same.index(True), same.count(True)
print(f())
def g():
    n = 0
    for i in range(1000):
        x = i % 200 - 3
        if x is (i + 200) % 200 - 3:
            n += 1
    return n
print(g())
