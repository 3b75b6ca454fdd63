"""Every operator method, in place and reflected, with NotImplemented in turns."""
import operator
names = "add sub mul truediv floordiv mod pow lshift rshift and xor or matmul".split()
class A:
    def __init__(self, n): self.n = n
for n in names:
    setattr(A, f"__{n}__", lambda s, o, n=n: (n, s.n, getattr(o, "n", o)) if s.n % 3 else NotImplemented)
    setattr(A, f"__r{n}__", lambda s, o, n=n: ("r" + n, s.n, o) if s.n % 5 else NotImplemented)
    if n != "sub": setattr(A, f"__i{n}__", lambda s, o, n=n: A(s.n + 1))
def f():
    out = []
    for i in range(60):
        a = A(i)
        for n in names:
            g = getattr(operator, {"and": "and_", "or": "or_"}.get(n, n)); h = getattr(operator, "i" + n)
            for x in (lambda: g(a, 1), lambda: g(1, a), lambda: g(a, a), lambda: h(a, 2).n):
                try: out.append(x())
                except (TypeError, AttributeError) as e: out.append(str(e))
        try: out.append((a + 1, 2 - a, a @ 3, a ** 2)); a += 1; out.append(a.n); a -= 1
        except (TypeError, AttributeError) as e: out.append(str(e))
    return len(out), out[::97]
print(f())
