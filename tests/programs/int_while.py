"""A while loop over ints with every arithmetic operator."""
def f(n):
    i = 0; a = 1; out = []
    while i < n:
        a = a + i * 3 - (a >> 2) + (i << 3)
        a ^= i | 5
        a &= 0xFFFFF
        if i:
            a += -7 // i + -7 % i + ~i
        i += 1
    return a
print(f(5000), f(0), f(1))
