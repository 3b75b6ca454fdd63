"""List items read, stored, deleted, with all indices, and out of range."""
def f():
    l = list(range(50)); t = 0
    for i in range(2000):
        l[i % 50] = l[-(i % 50) - 1] + 1
        t += l[i % 50]
        l[i % 7] += 2
    bad = 0
    for i in range(400):
        try: l[i - 200] = i
        except IndexError as e: bad += 1; m = str(e)
        try: t += l[i]
        except IndexError as e: bad += 1; m2 = str(e)
    while len(l) > 3: del l[len(l) // 2]
    return t, bad, m, m2, l
print(f())
try: [1, 2]["x"]
except TypeError as e: print(e)
