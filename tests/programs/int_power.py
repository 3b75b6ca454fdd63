"""** and pow of ints."""
def f():
    t = []
    for i in range(300):
        t.append((i % 9) ** (i % 7))
        t.append(2 ** -(i % 3))
        t.append(pow(3, i, 1000))
    return t
print(sum(f()), f()[:40])
