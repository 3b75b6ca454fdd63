"""f-strings with conversions, formats and nested fields."""
class P:
    def __format__(self, spec): return f"<{spec}>"
    def __repr__(self): return "P!"
def f():
    out = []
    p = P()
    for i in range(400):
        out.append(f"{i} {i:>5}|{i / 3:.2f} {i!r:<4}{p:{i % 3}d}{p!r} {'é'!a} {i=}")
    return out
r = f()
print(r[0], r[-1], len("".join(r)))
