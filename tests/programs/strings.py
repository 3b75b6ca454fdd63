"""Strings indexed, compared, concatenated, formatted, scanned."""
def f():
    s = ""; t = 0; text = "Hello, W\u00f6rld \u20ac \U0001f600!"
    for i in range(900):
        c = text[i % len(text)]
        if c == "l": t += 1
        elif c < "a": t += 2
        elif c in "aeiou\u20ac": t += 3
        s += c
        t += ord(c) % 5 + len(chr(i + 300)) + (c.upper() == c) + c.isalpha()
    return t, len(s), s[-20:], s.count("l")
print(f())
def g():
    s = ""; keep = []
    for i in range(2000):
        s += "ab"
        if i % 500 == 0: keep.append(s)
    return len(s), [len(k) for k in keep], keep[1][-1]
print(g())
