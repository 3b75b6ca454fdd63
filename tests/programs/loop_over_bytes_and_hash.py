"""bytes iteration, hashing loops and masks: the checksum shapes."""
def f(data):
    a, b, h, c = 1, 0, 0xcbf29ce484222325, 0xffffffff
    for x in data:
        a = (a + x) % 65521; b = (b + a) % 65521
        h = ((h ^ x) * 0x100000001b3) & 0xffffffffffffffff
        c ^= x
        for _ in range(8): c = (c >> 1) ^ (0xedb88320 & -(c & 1))
    return (b << 16) | a, h, c ^ 0xffffffff
print(f(bytes(range(256)) * 2), f(b""), f(bytearray(b"abc")))
