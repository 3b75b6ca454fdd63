"""while with calls, walrus and pops as conditions."""
def f():
    l = list(range(200)); t = 0; n = 0
    while l and (x := l.pop()) > 20: t += x
    while (n := n + 1) < 100 and not (n % 50 == 49 and t % 2): t ^= n
    it = iter(range(300))
    while (x := next(it, None)) is not None:
        if x % 7: continue
        t += x
    else: t += 1
    return t, n, len(l)
print(f())
