"""bytes and bytearray items, with values out of range."""
def f():
    b = bytearray(100); t = 0; e = 0; data = bytes(range(256))
    for i in range(1500):
        b[i % 100] = (b[i % 100] + i) & 255
        t += b[-1 - i % 100] + data[i & 255]
        try: b[i % 150] = 200 + i % 100
        except (IndexError, ValueError) as x: e += 1; m = str(x)
    b += b"end"; b[0:2] = b"xyz"; del b[5:50]
    return t, e, m, bytes(b)[:10], len(b), b == bytearray(b)
print(f())
