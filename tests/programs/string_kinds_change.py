"""Concatenation that widens the string's kind in a hot loop."""
def f():
    s = ""; out = []
    for i in range(300):
        s += "a" if i < 100 else "\xe9" if i < 150 else "\u20ac" if i < 200 else "\U0001f600"
        out.append(s[-1]); t = s[i // 2] + s[0]
        if i % 60 == 59: print(len(s), t, s[::40], s.isascii(), max(s))
    return hash(tuple(out)) == hash(tuple(s))
print(f())
