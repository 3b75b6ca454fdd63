"""Objects made in a loop are different; ids, is, and references kept."""
class A: pass
def f():
    keep = []; same = 0; prev = None
    for i in range(500):
        a = A(); a.i = i
        same += a is prev
        prev = a
        t = (i, a)
        if i % 50 == 0: keep.append((a, t, [a]))
        same += t[1] is not a
    return same, [k[0].i for k in keep], all(k[0] is k[1][1] is k[2][0] for k in keep)
print(f())
