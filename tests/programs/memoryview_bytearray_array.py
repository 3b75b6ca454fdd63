"""Buffers changed under a loop: memoryview, bytearray, array."""
from array import array
def f():
    b = bytearray(range(50)); a = array("d", [0.5] * 10); m = memoryview(b); q = array("q", [1] * 5); t = 0
    for i in range(400):
        b[i % 50] = (b[i % 50] + i) & 255; m[0] = b[1]; a[i % 10] += 0.25; t += m[i % 50] + int(a[i % 10])
        try: q[i % 5] *= 7
        except OverflowError: q[i % 5] = 1
        try: b[i % 60] = i
        except (IndexError, ValueError) as e: t += len(str(e))
    return t, sum(a), list(q), bytes(b[:4])
print(f())
