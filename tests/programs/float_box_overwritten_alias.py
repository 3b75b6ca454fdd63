"""A float's box is overwritten in place only when nobody else holds it."""
def f():
    x = 1.0; keep = []; last = None
    for i in range(400):
        x = x * 1.01
        if i % 7 == 0: keep.append(x)
        y = x
        x += 0.5
        if i % 11 == 0: last = y
        z = [x, y]; x -= 0.25
        keep.append(z[0] - z[1])
    return x, last, keep[:5], sum(keep)
print(f())
