"""assert, walrus, conditional expressions, chained boolean operators."""
def f():
    t = 0; xs = list(range(50))
    while (n := len(xs)) > 3:
        assert n > 0, "never"
        x = xs.pop() or 5
        t += x if x % 2 else -x
        t += (x and 2) or (t and 3)
        t += (not x or x > 3) and 7
    for i in range(400):
        try: assert i != 399, f"at {i}"
        except AssertionError as e: return t, str(e)
print(f())
