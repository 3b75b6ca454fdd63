"""Functions called from C: re.sub, str.translate, functools.cmp_to_key, lru_cache."""
import re, functools
def up(m): return m.group().upper() + str(len(m.group()))
@functools.lru_cache(None)
def fibc(n): return n if n < 2 else fibc(n - 1) + fibc(n - 2)
def cmp(a, b): return (a > b) - (a < b)
def f():
    s = re.sub(r"\w+", up, "the quick brown fox " * 100)
    return len(s), s[:30], fibc(150), sorted([i * 37 % 101 for i in range(101)], key=functools.cmp_to_key(cmp))[:5]
print(f())
