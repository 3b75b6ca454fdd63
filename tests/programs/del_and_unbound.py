"""del of locals and globals, and reading what is not bound."""
def f():
    n = 0
    for i in range(600):
        x = i
        if i % 3 == 0: del x
        try: n += x
        except UnboundLocalError as e: m = str(e); n -= 1
        try:
            if i % 4 == 0: n += undefined_name
        except NameError as e: m2 = str(e)
    return n, m, m2
print(f())
g = 0
for i in range(400):
    g = i
    del g
try: g
except NameError as e: print(e)
