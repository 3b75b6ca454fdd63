"""A variable whose type changes after the loop is hot."""
def f():
    x = 0
    for i in range(3000):
        if i == 1500: x = float(x)
        if i == 2000: x = complex(x)
        if i == 2500: x = str(x)
        x = x + (1 if i < 2500 else "!")
    return x
print(f())
