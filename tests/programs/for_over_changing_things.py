"""for over lists that grow and shrink, dict items, strings, files, zips of unequal length."""
import io
def f():
    out = []
    l = [1]
    for x in l:
        if len(l) < 300: l.append(x + 1)
        if x % 50 == 0: l.pop()
    out.append(len(l))
    for line in io.StringIO("a\nb\n" * 60): out.append(len(line))
    for a, b in zip(range(100), "ab" * 30): out.append(a if b == "a" else -a)
    for i, (a, b) in enumerate({k: -k for k in range(70)}.items()): out.append(i + a + b)
    for x in reversed([1, 2] * 40): out.append(x)
    for x in map(pow, range(50), range(60)): out.append(x % 7)
    for x in filter(None, [0, 1, "", "a"] * 20): out.append(str(x))
    return len(out), sum(x for x in out if isinstance(x, int))
print(f())
