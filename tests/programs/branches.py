"""A loop that changes its mind about a branch again and again."""
def f():
    a = b = c = 0
    for i in range(6000):
        if i & 64:
            a += 1
            if i & 128: b += a & 3
            elif i % 7 == 0: c += 1
            else: continue
        elif i % 1000 == 999: b -= 5
        else:
            c += 2
            if c > 5000: break
    else:
        print("never")
    return a, b, c, i
print(f())
