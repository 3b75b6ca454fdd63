"""and / or give operands, not truth; truth of user objects is asked once."""
class T:
    def __init__(self, n): self.n = n
    def __bool__(self): asked.append(self.n); return self.n % 2 == 0
asked = []
def f():
    out = []
    for i in range(100):
        out.append((T(i) and "yes") or i); out.append(i % 3 and i % 5 or "none"); out.append(not T(i))
        x = T(i) or T(i + 1); out.append(x.n)
        while T(i): break
        else: out.append("else")
    return out
print(f()[:20], len(asked), asked[:10])
