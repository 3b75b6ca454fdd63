"""else, break and continue at three levels, with try/finally around them."""
def f():
    out = []
    for i in range(40):
        for j in range(10):
            try:
                if j == i % 12: break
                if j % 3 == 0: continue
                k = 0
                while k < 5:
                    k += 1
                    if k == i % 7: break
                else: out.append("w")
            finally: out.append(j)
        else: out.append("else")
        if i == 35: break
    else: out.append("never")
    return len(out), out[::29]
print(f())
