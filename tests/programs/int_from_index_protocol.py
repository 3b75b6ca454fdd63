"""__index__ and __int__ objects as subscripts and range bounds."""
class I:
    def __init__(self, n): self.n = n
    def __index__(self): calls.append(self.n); return self.n
calls = []
def f():
    l = list(range(10)); t = 0
    for i in range(150):
        k = I(i % 10) if i % 4 == 0 else i % 10
        t += l[k]; l[k] = i; t += len(l[:k]); t += "abcdefghij"[k] == "c"; t += len(range(k)); t += 1 << k.__index__()
    return t, l, len(calls)
print(f())
