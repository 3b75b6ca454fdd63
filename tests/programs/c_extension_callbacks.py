"""ctypes callbacks, sort keys, re.sub functions and dict hooks that call hot Python code."""
import ctypes, re
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
def cb(x): return x * 2 + len(seen)
seen = []
def f():
    t = 0
    for i in range(150):
        t += cb(i); t += len(re.sub(r"\d", lambda m: str(int(m.group()) + 1), "a1b2c9")); seen.append(i) if i % 10 == 0 else None
        t += max(range(6), key=lambda x: x ^ i); t += sorted([3, 1, 2], key=lambda x: -x)[0]
    return t
print(f())
