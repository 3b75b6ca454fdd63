"""__init__ that returns a value, raises, or is not a function."""
class A:
    def __init__(self, n):
        if n % 30 == 7: raise ValueError(n)
        if n % 30 == 9: return n
        self.n = n
def f():
    out = []
    for i in range(150):
        if i == 100: A.__init__ = len
        try: out.append(A(i).n)
        except Exception as e: out.append(f"{type(e).__name__}: {e}")
    return out[5:12], out[95:105], len(out)
print(f())
