"""Views, |, |=, comprehension, popitem, setdefault."""
def f():
    d = {}; t = 0
    for i in range(300):
        d |= {i % 20: i}; e = d | {"x": i}; t += len(e)
        t += len(d.keys() & {1, 2, 3}); t += sum(d.values()) % 7; t += (3, i) in d.items()
        if len(d) > 15: t += d.popitem()[0]
        d.setdefault(i % 9, []) if False else None
    return t, d
print(f())
