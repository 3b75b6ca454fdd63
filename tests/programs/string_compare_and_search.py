"""Equality, order, in, find, startswith on strings of other kinds and lengths."""
def f():
    w = ["a", "ab", "abc", "\xe9", "\u20ac", "", "abcd" * 4, "\U0001f600", "b"]; n = [0] * 8
    for i in range(900):
        x = w[i % 9]; y = w[i * 7 % 9]
        n[0] += x == y; n[1] += x < y; n[2] += x in y; n[3] += y.find(x); n[4] += y.startswith(x); n[5] += x != y; n[6] += x is y; n[7] += x >= y
    return n
print(f())
