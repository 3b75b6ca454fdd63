"""A list assigned into itself, aliased, sliced and resized while indexed."""
def f():
    l = [1, 2, 3]; m = l; out = []
    for i in range(200):
        m.append(i); l[0] = m[-1]; l[1:2] = m[:2]; out.append(l[1] + m[2])
        if len(l) > 10: del m[3:]
        l += [l[0]]; l = l if i % 5 else l[:]
        if i % 17 == 0: m = l
        l[-1], l[0] = l[0], l[-1]
    return l, m, sum(out), l is m
print(f())
