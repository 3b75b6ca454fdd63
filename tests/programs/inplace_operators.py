"""In-place operators on locals, items and attributes, of all types."""
class A: pass
def f():
    a = A(); a.n = 0; a.f = 0.5; a.s = ""; a.l = []; l = [0, 0.0, ""]; x = 1; d = {"k": 0}
    for i in range(700):
        a.n += i; a.f *= 1.001; a.s += "x" if i % 100 == 0 else ""; a.l += [i] if i % 100 == 0 else []
        l[0] -= i; l[1] += 0.5; l[2] += "y" if i % 200 == 0 else ""
        x <<= 1; x |= i; x &= 0xFFFF; x ^= 3; x >>= 1; x **= 1; x //= 1; x %= 60000; d["k"] += x
    return a.n, repr(a.f), a.s, a.l, l, x, d
print(f())
