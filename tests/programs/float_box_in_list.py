"""A float in a list item is shared with locals, other lists and default arguments."""
def f():
    l = [0.5] * 4; m = l[:]; seen = []
    for i in range(400):
        a = l[i % 4]
        l[i % 4] = l[i % 4] * 1.5 - 0.1
        if i % 50 == 0: seen.append(a); m[i % 4] = l[i % 4]
        if a > 100: l[i % 4] = 0.5
    return l, m, seen
print(f())
