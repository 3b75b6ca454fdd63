# Items of array.array read and stored in traces: every type code, the borders of their ranges, indices that leave, resizing, exports.
from array import array


def show(what):
    print(what)


def copy(src, dst, n):
    for i in range(n):
        dst[i] = src[i]
    return dst


def every_code():
    for code in "bBhHiIlLqQfd":
        a = array(code, [j % 100 for j in range(300)])
        b = array(code, [0]) * 300
        copy(a, b, 300)
        show((code, sum(b), b == a, type(b[7]).__name__, b[-1]))


def borders():
    for code, bits, signed in (("b", 8, True), ("B", 8, False), ("h", 16, True), ("H", 16, False), ("i", 32, True), ("I", 32, False),
                               ("q", 64, True), ("Q", 64, False)):
        low = -(1 << (bits - 1)) if signed else 0
        high = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1
        values = [low, high, 0, 1, high // 2, low // 2] * 40
        a = array(code, [0]) * len(values)
        for i, v in enumerate(values):
            a[i] = v
        seen = []
        for i in range(len(a)):
            seen.append(a[i])
        show((code, seen == values, min(seen), max(seen)))
        for bad in (low - 1, high + 1, 1 << 70, 2.0, "x", None):
            a = array(code, [0]) * 50
            try:
                for i in range(50):
                    a[i] = 1 if i < 40 else bad
            except (OverflowError, TypeError) as e:
                show((code, bad, type(e).__name__, str(e), sum(a)))


def floats():
    a = array("d", [0.0]) * 200
    for i in range(200):
        a[i] = i / 7 if i % 3 else i
    for i in range(1, 200):
        a[i] += a[i - 1] * 0.5
    show((a[0], a[199], sum(a), str(a[3])))
    a[5] = True
    odd = [0.0, -0.0, float("inf"), float("-inf"), 1e308, 5e-324, 1 << 60, (1 << 53) + 1] * 20
    for i, v in enumerate(odd):
        a[i] = v
    show([repr(a[i]) for i in range(8)])
    try:
        for i in range(100):
            a[i] = i if i < 90 else 10 ** 400
    except OverflowError as e:
        show((type(e).__name__, str(e), a[89], a[90]))


def indices():
    a = array("i", range(100))
    total = 0
    for k in range(-100, 100):
        total += a[k]
    show(total)
    for limit in (150, -150):
        try:
            k = 0
            while True:
                total += a[k]
                k += 1 if limit > 0 else -1
        except IndexError as e:
            show((limit, k, total, str(e)))
        try:
            k = 0
            while True:
                a[k] = k
                k += 1 if limit > 0 else -1
        except IndexError as e:
            show((limit, k, sum(a), str(e)))


class Index:
    def __index__(self):
        return 3


def changing():
    a = array("d", [1.0] * 10)
    total = 0.0
    for i in range(300):
        total += a[i % len(a)]
        if i % 10 == 5:
            a.append(float(i))
        if i % 70 == 69:
            del a[5:]
        if i == 250:
            a[Index()] = 9.0
            total += a[Index()]
    show((len(a), total))
    mixed = [array("d", [1.5] * 5), array("i", [2] * 5), [3] * 5, array("f", [0.25] * 5), array("d", [2.5] * 5)]
    total = 0
    for i in range(400):
        s = mixed[i * i % 5]
        total += s[i % 5]
        s[i % 5] = 4
    show(total)


def exported():
    a = array("B", bytes(range(200)))
    view = memoryview(a)
    total = 0
    for i in range(200):
        a[i] = 255 - a[i]
        total += view[i]
        view[i] = 7
        total += a[i]
    show((total, sum(a)))
    try:
        a.append(1)
    except BufferError as e:
        show(str(e))
    shared = array("q", [0])
    other = shared
    for i in range(300):
        shared[0] = i
        other[0] += 1
        total += shared[0]
    show((total, shared[0]))


class Grid(array):
    def __getitem__(self, key):
        return super().__getitem__(key) + 100


def subclass():
    g = Grid("i", [1, 2, 3])
    total = 0
    for i in range(200):
        total += g[i % 3]
        g[i % 3] = i
    show((total, list(g)))


def lengths():
    a = array("h")
    n = 0
    for i in range(300):
        n += len(a)
        a.append(i)
        if not a:
            n += 1000
    show(n)


every_code()
borders()
floats()
indices()
changing()
exported()
subclass()
lengths()
