"""Subclasses of int, float, list, dict, str with methods of their own are not the built-ins."""
class I(int):
    def __add__(self, o): return I(int(self) + int(o) + 1)
class L(list):
    def __getitem__(self, i): return 5
    def append(self, x): super().append(x * 2)
class D(dict):
    def __missing__(self, k): return -1
class F(float):
    def __mul__(self, o): return F(1.0)
class S(str):
    def __eq__(self, o): return True
    __hash__ = str.__hash__
def f():
    i = I(0); l = L(); d = D(); fl = F(2.0); t = 0
    for k in range(600):
        i = i + 1; l.append(k); t += l[k] + d[k % 3] + (S("a") == "b")
        fl = fl * 3
        if k == 300: d[0] = 100
    return i, type(i).__name__, t, sum(l), fl, len(l)
print(f())
