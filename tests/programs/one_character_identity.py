"""Latin-1 characters are singletons."""
def f():
    n = 0; s = "abc\u00e9"; w = "\u20ac"
    for i in range(800):
        if s[i % 4] is s[i % 4 - 4]: n += 1
        if w[0] is w: n += 1
    return n
print(f())
