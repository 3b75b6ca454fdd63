"""Unpacking too few, too many, not iterable."""
def f():
    out = []
    for i in range(200):
        v = ([1, 2], (1, 2, 3), "ab", [1], 5, {1: 2, 3: 4}, range(2), iter([1, 2]), None)[i % 9]
        try: a, b = v; out.append((a, b))
        except (ValueError, TypeError) as e: out.append(str(e))
        try: a, *b, c = v; out.append((a, b, c))
        except (ValueError, TypeError) as e: out.append(str(e))
    return out
for row in f()[:18]: print(row)
print(len(f()))
