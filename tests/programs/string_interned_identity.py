"""Which strings are the same object."""
def f():
    n = 0; d = {}
    for i in range(300):
        a = "name" + "_x"; b = "name_x"; c = "".join(["name", "_x"])
        n += a is b; n += c is b; n += c == b; d[c] = i; n += "abc"[i % 3] is "abc"[i % 3]; n += ("abc"[1:1] is "")
    return n, list(d)
print(f())
