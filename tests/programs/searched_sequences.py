"""`in` over lists, tuples, bytes and ranges of all sorts of items, and lists that grow in place."""


class Same:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        if isinstance(other, Same):
            LOG.append(self.n)
            return self.n == other.n
        return NotImplemented


class Plain:
    pass


class Int(int):
    pass


class Later:
    pass


LOG = []
nan = float("nan")


def count(items, container):
    n = 0
    for x in items:
        if x in container:
            n += 1
        if x not in container:
            n += 100
    return n


def grow(n):
    a = [1]
    b = a
    total = 0
    for i in range(n):
        a += [i, i + 1]
        a += (i,)
        if i == 20:
            a += a
        if i == 30:
            a += "xy"
        total += len(b)
    return total, a is b, a[-3:]


def main():
    p = Plain()
    items = [1, 2.0, "x", None, True, (1, "a"), nan, p, int, Int(3), b"x", Same(1), 10 ** 30, float("nan")] * 5
    for container in ([1, 2, 3], (1.0, "x"), [None, int, p], [Same(1), 2], [(1, "a"), nan], (), [10 ** 30, Int(3), b"x"], [Later(), 1]):
        print(count(items, container), len(LOG))
    for n in range(40):
        if n == 20:
            Later.__eq__ = lambda self, other: other == 7
    later = [Later()] * 3
    print(count([7, 8, Later()] * 20, later))
    print(count([65, 66, 300 - 40, b"A"] * 20, b"ABC"), count([1, 5, 100] * 20, range(1, 60, 2)))
    for bad in ([65] * 30 + [256], [65] * 30 + ["x"]):
        try:
            print(count(bad, b"ABC"))
        except (ValueError, TypeError) as e:
            print(type(e).__name__, e)
    print(grow(50))
    changing = [1]
    hits = 0
    for i in range(60):
        if i in changing:
            hits += 1
        changing.append(i + 1)
        if i == 40:
            del changing[:]
    print(hits)


main()
