"""x += 'text' with another holder of the string, in a cell, a global, an attribute and a list."""
G = ""
class A: s = ""
def f():
    global G
    a = A(); s = ""; keep = []; l = [""]; c = ""
    def cell(t):
        nonlocal c
        c += t
    for i in range(300):
        s += "ab"; t = s
        if i % 50 == 0: keep.append(s)
        s += "c"; G += "g"; a.s += "s"; l[0] += "l"; cell("x")
        if len(s) > 90: s = s[-3:]
    return s, t, [len(k) for k in keep], len(G), len(a.s), len(l[0]), len(c)
print(f())
