"""Loops in loops, short and long, with break, continue and else."""
def f():
    t = 0
    for i in range(60):
        for j in range(i % 5):
            for k in range(3):
                t += i * j - k
                if t % 11 == 0: break
            else:
                t += 1
        while t > 100:
            t -= 37
            if t % 2: continue
            t -= 1
    return t
print([f() for _ in range(5)])
