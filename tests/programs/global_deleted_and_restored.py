"""A global function that is deleted in the middle, from inside itself."""
def g(i):
    global g
    if i == 77: keep.append(g); del g
    return i
keep = []
def f():
    global g
    out = 0
    for i in range(200):
        try: out += g(i)
        except NameError as e:
            print(e)
            if i > 90: g = keep[0]
    return out
print(f())
