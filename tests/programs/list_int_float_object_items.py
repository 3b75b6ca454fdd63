"""List items that change from int to float to str and back, in the same loop."""
def f():
    l = [0] * 6; out = []
    for i in range(600):
        k = i % 6; v = l[k]
        if isinstance(v, str): l[k] = len(v); continue
        l[k] = v + 1 if i < 200 else v + 0.5 if i < 400 else v * 2
        if i % 97 == 0: l[k] = "s" * (i // 97)
        if i % 100 == 0: out.append(l[:])
        if i % 150 == 0: l[k] = 1 << 65
    return l, out
print(f())
