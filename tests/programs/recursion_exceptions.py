"""Exceptions that cross many recursive frames, with handlers at some of them."""
def f(n):
    if n == 0: raise ValueError("bottom")
    try: return f(n - 1)
    except ValueError:
        if n % 7 == 0: raise KeyError(n)
        raise
    except KeyError as e:
        if n > 20: return e.args[0]
        raise
    finally: count[0] += 1
count = [0]
for k in range(40):
    try: r = f(k + 1)
    except Exception as e: r = repr(e)
print(r, count)
