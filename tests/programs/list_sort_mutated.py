"""A list changed while it is sorted; keys that raise."""
def f():
    out = []
    for i in range(40):
        l = [5, 3, i % 9, 1]
        def key(x):
            if i % 10 == 0 and x == 3: l.append(1)
            if i % 7 == 0 and x == 1: raise KeyError(i)
            return -x
        try: l.sort(key=key)
        except (ValueError, KeyError) as e: out.append(repr(e))
        out.append(list(l))
    return out
print(f())
