"""Shifts by every amount, and by a negative one."""
def f():
    t = 0
    for s in range(300):
        t ^= (1 << (s % 70)) ^ (-12345678901234567890 >> (s % 90)) ^ (77 >> s)
    return t
print(f())
def g():
    for i in range(1000):
        x = 1 << (998 - i)
    return x
try:
    g()
except ValueError as e:
    print(e)
