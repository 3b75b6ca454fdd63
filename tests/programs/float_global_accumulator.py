"""A float global and a float nonlocal that are written in the loop."""
T = 0.0
def f():
    global T
    n = 0.0
    def step(i):
        nonlocal n
        n += i * 0.5
    for i in range(300):
        T += 0.1; step(i)
        if i % 100 == 99: print(T, n)
    return T is T
print(f(), T)
