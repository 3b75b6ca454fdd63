"""Builtins in a loop: with right and wrong arguments."""
import math
def f():
    t = 0; e = []
    for i in range(600):
        t += len("abc"[:i % 4]) + abs(-i) + min(i, 5) + max(1, i, 3) + ord("x") + len(chr(i)) + int("7") + int(i / 2)
        t += round(i / 3) + pow(i, 2) + divmod(i, 7)[1] + hash(i) + isinstance(i, (int, str)) + bool(i) + sum((i, 1)) + len(repr(i)) + len(str(i))
        t += math.floor(i / 7) + int(math.sqrt(i)) + int(math.sin(i) * 1000) + (i).bit_length() + callable(f) + (id(t) == id(t)) + issubclass(bool, int)
        t += len(hex(i)) + len(list(range(i % 5))) + any([0, i]) + all([1, i]) + getattr(i, "real") + hasattr(i, "zzz") + type(i)(3)
        try: len(i)
        except TypeError as x: e.append(str(x))
        try: math.sqrt(-i - 1)
        except ValueError as x: e.append(str(x))
        try: int("x%d" % (i % 3))
        except ValueError as x: e.append(str(x))
    return t, len(e), sorted(set(e))
print(f())
