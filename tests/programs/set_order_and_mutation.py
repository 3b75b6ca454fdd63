"""Sets changed while iterated, frozensets, set operators with other types."""
def f():
    out = []; s = set()
    for i in range(200):
        s ^= {i % 11}; s |= frozenset((i % 3,)); s -= {i % 5}
        try:
            for x in s:
                if i % 20 == 19: s.add(100 + i)
        except RuntimeError as e: out.append(str(e)); s = {x for x in s if x < 50}
        try: s & [1]
        except TypeError as e: out.append(str(e)) if i < 3 else None
    return sorted(s), out, {1, 2} <= {1, 2, 3}, frozenset({1}) == {1}
print(f())
