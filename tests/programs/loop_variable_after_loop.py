"""Loop variables after the loop, deleted inside, rebound inside, never bound."""
def f(n):
    for i in range(n):
        j = i
        i = "rebound"
        if j % 3 == 0: del i
    try: a = i
    except UnboundLocalError as e: a = str(e)
    for k in []: pass
    try: k
    except UnboundLocalError as e: b = str(e)
    for i in range(n): pass
    return a, b, i
print(f(100), f(101))
