"""Complex arithmetic."""
def f():
    z = 0j; n = 0
    for i in range(800):
        c = complex(i % 40 / 20 - 1, i % 30 / 15 - 1)
        z = z * z + c
        if abs(z) > 2:
            z = 0j; n += 1
    return z, n, -z, z.conjugate(), z == 0, z ** 2
print(f())
