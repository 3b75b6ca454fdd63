"""Slices with steps, None, negative, assigned and deleted; slice objects escape."""
def f():
    out = []; l = list(range(20))
    for i in range(150):
        s = slice(i % 5, None, 1 + i % 3); out.append(l[s][:2]); out.append(l[-1 - i % 4::-2][:2]); out.append("abcdef"[i % 6:][:1])
        l[i % 10:i % 10 + 1] = [i]; out.append(s.indices(10))
        try: l[::2] = [1]
        except ValueError as e: out.append(str(e))
        if i == 80: del l[::3]
    return out[-10:], l
print(f())
