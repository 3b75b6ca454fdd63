"""enumerate(), zip() and CPython's own iterators in hot loops: shared, exhausted unevenly, over what changes."""


def numbered(items):
    total = 0
    for i, x in enumerate(items):
        total += i * x
    for i, x in enumerate(items, 5):
        total -= i + x
    return total


def paired(a, b):
    total = 0
    for x, y in zip(a, b):
        total += x * y
    for x, y, z in zip(a, b, range(10**9)):
        total += x - y + z
    return total


def same(items):
    it = iter(items)
    return [pair for pair in zip(it, it)], list(it)


def uneven(a, b):
    ia, ib = iter(a), iter(b)
    pairs = 0
    for _ in zip(ia, ib):
        pairs += 1
    return pairs, list(ia), list(ib)


def strict(a, b):
    total = 0
    try:
        for x, y in zip(a, b, strict=True):
            total += x + y
    except ValueError as error:
        return total, str(error)
    return total


def kept(items):
    out = []
    for pair in enumerate(items):
        if pair[0] % 10 == 3:
            out.append(pair)
    for pair in zip(items, items):
        if pair[0] % 10 == 4:
            out.append(pair)
    return out


def growing():
    items = [1, 2, 3]
    for i, x in enumerate(items):
        if len(items) < 60:
            items.append(x + i)
    return sum(items)


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        return self.name == other.name


def tables():
    table = {i: str(i) for i in range(40)}
    total = 0
    for k in table:
        total += k
    for v in table.values():
        total += len(v)
    for k, v in table.items():
        total += k * len(v)
    for item in table.items():
        last = item
    for x in set(table):
        total += x
    for i in range(3):
        for k, v in {Loud("key %d %d" % (i, j)): Loud("value %d %d" % (i, j)) for j in range(2)}.items():
            total += len(k.name) + len(v.name)
        print("over", i)
        del k, v
    try:
        for k in table:
            total += k
            if k == 30:
                table[100] = "grown"
    except RuntimeError as error:
        return total, last, str(error)


def texts():
    n = 0
    for c in "some ascii text" * 4 + "":
        n += c == "t"
    for c in "wäřm ťext €" * 5:
        n += ord(c)
    for b in b"bytes" * 9:
        n += b
    for b in bytearray(b"array") * 9:
        n += b
    for i, c in enumerate("enumerated" * 6):
        n += i * (c == "e")
    for i, (k, v) in enumerate({j: j for j in range(50)}.items()):
        n += i + k + v
    for x in range(2**70, 2**70 + 50):
        n += x & 3
    for x in reversed(range(-5, 60, 3)):
        n += x
    for x in reversed(list(range(50))):
        n += x * 2
    return n


items = list(range(50))
for round in range(3):
    print(numbered(items), numbered(tuple(items)), numbered(range(50)), numbered([0.5] * 50))
    print(paired(items, items), paired(items, range(30)), paired(tuple(items), items[:7]))
    print(same(items)[0][-1], same(items[:31])[1], uneven(items, items[:20]), uneven(items[:20], items))
    print(strict(items, items), strict(items, items[:-1]), strict(items[:-1], items))
    print(kept(items), growing(), tables(), texts())
