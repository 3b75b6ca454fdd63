"""except with tuples, subclasses, changing globals, and something that is not an exception."""
class X(Exception): pass
class Y(X): pass
kinds = (KeyError, Y)
def f():
    global kinds
    out = []
    for i in range(160):
        if i == 60: kinds = X
        if i == 100: kinds = (ValueError, (Y,))
        if i == 130: kinds = 5
        try:
            try: raise (X, Y, KeyError)[i % 3](i)
            except kinds as e: out.append("inner " + type(e).__name__)
        except Exception as e: out.append(f"outer {type(e).__name__} {e}")
    return [out[k] for k in range(0, 160, 1) if k % 20 < 3]
print(f())
