"""The callee raises at another line each time; the caller's handler sees the right traceback."""
def g(x):
    if x % 5 == 0:
        raise ValueError
    y = 10 // (x % 7)
    return [1, 2, 3][
        x % 4] + y
def f():
    out = []
    for i in range(200):
        try: out.append(g(i))
        except Exception as e: out.append((type(e).__name__, e.__traceback__.tb_next.tb_lineno, e.__traceback__.tb_lineno))
    return out
out = f(); print(out[:36], len(out))
