"""A float constant of the code is not the box that gets overwritten."""
def f(n):
    x = 2.5; y = 2.5
    for i in range(n):
        x = x + 1.0; y = 2.5; z = 2.5
        if i % 2: y += x
    return x, y, z
for k in range(6): print(f(60))
