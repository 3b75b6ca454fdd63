"""The traceback of an exception out of hot inlined calls has the right lines."""
import traceback
def inner(x):
    if x == 777:
        y = 1
        raise ValueError(x)
    return x
def middle(x):
    return inner(
        x) + 1
def outer():
    t = 0
    for i in range(1000):
        t += middle(i)
    return t
for _ in range(3):
    try: outer()
    except ValueError as e:
        tb = e.__traceback__
        while tb:
            print(tb.tb_frame.f_code.co_name, tb.tb_lineno, {k: v for k, v in tb.tb_frame.f_locals.items() if k in "xyti"} if tb.tb_frame.f_code.co_name != "<module>" else "")
            tb = tb.tb_next
outer()
