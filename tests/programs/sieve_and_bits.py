"""bytearray sieve, bit counts, gcd: integer kernels with all their edges."""
import math
def f(n):
    s = bytearray([1]) * (n + 1); s[0] = s[1] = 0
    for i in range(2, int(n ** 0.5) + 1):
        if s[i]: s[i * i::i] = bytes(len(range(i * i, n + 1, i)))
    t = 0
    for i in range(n):
        if s[i]: t += i; t ^= i.bit_count() + i.bit_length()
        a, b = i, n - i
        while b: a, b = b, a % b
        t += a == math.gcd(i, n)
    return t, sum(s)
print(f(1500))
