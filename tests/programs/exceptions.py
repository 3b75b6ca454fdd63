"""Raised and caught in a loop: kinds, else, finally, nesting, re-raise, from."""
class E(Exception):
    def __init__(self, n): super().__init__(n); self.n = n
def r(i):
    if i % 5 == 0: raise E(i)
    if i % 7 == 0: raise ValueError("seven", i)
    if i % 11 == 0: return [][i]
    return i
def f():
    c = [0] * 8
    for i in range(1500):
        try:
            try: c[0] += r(i)
            except IndexError: c[1] += 1
            else: c[2] += 1
            finally: c[3] += 1
        except E as e: c[4] += e.n
        except (ValueError, TypeError) as e: c[5] += e.args[1]
        try:
            try: raise KeyError(i)
            except KeyError as k: raise RuntimeError("r") from k
        except RuntimeError as e: c[6] += e.__cause__.args[0] + (e.__context__ is e.__cause__)
        for j in range(2):
            try:
                if j: continue
            finally: c[7] += 1
    return c
print(f())
