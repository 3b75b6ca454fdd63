"""index, count, remove, insert, reverse, sort, copy and their errors."""
def f():
    l = []; t = 0
    for i in range(300):
        l.insert(i % 3, i % 7); t += l.count(3)
        try: t += l.index(5, 1)
        except ValueError as e: t += len(str(e))
        try: l.remove(i % 5)
        except ValueError: t += 1
        l.reverse(); m = l.copy() * 2; m.sort(); t += m[len(m) // 2] if m else 1
        if len(l) > 20: del l[::2]
    return t, l
print(f())
