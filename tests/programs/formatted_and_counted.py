"""text % values, str() of scalars, enumerate over dicts, sets and strings, methods called on derived classes."""


class Shout(str):
    def __str__(self):
        return "loud"


class Words(list):
    pass


class Loud:
    def __init__(self, n):
        self.n = n

    def __str__(self):
        return f"L{self.n}"

    def __repr__(self):
        return f"R{self.n}"

    def __del__(self):
        if self.n % 25 == 0:
            print("died", self.n)


def formats(values):
    out = []
    for v in values:
        out.append("<%s>" % v)
        out.append("%s=%5s %%" % (v, 3))
        out.append("%r" % (v,))
        out.append(str(v))
        try:
            out.append("%04d|%x" % (v, 255))
        except (TypeError, ValueError) as e:
            out.append(type(e).__name__ + str(e))
        try:
            out.append("%s %s" % v)
        except TypeError as e:
            out.append(str(e))
    return out


def counted(n):
    d = {i: Loud(i) for i in range(n)}
    total = 0
    for i, k in enumerate(d):
        total += i * k
    for i, (k, v) in enumerate(d.items()):
        total += i * k + v.n
    for i, v in enumerate(d.values()):
        total += v.n - i
    for i, c in enumerate("abcdef" * 10):
        total += i * ord(c)
    for i, c in enumerate({3, 1, 2}):
        total += i * c
    for i, pair in enumerate(enumerate(d)):
        total += i + pair[0]
    kept = []
    for pair in enumerate(d.items(), 5):
        kept.append(pair)
    for i, v in enumerate({1: Loud(25), 2: Loud(50)}.values()):
        total += v.n
        del v
    print("end of loop")
    return total, kept[3][0], kept[-1][0]


def grows(n):
    d = {1: 2}
    try:
        for i, k in enumerate(d):
            if i > n:
                break
            d[k + 1] = i
    except RuntimeError as e:
        return str(e)


def derived(n):
    w = Words()
    s = Shout("a,b")
    out = []
    for i in range(n):
        w.append(i)
        w.reverse()
        out.append(s.split(","))
        out.append(s.upper())
        out.append(w.copy()[0])
        out.append(w.index(i))
    return out[-4:], len(w)


big = 10 ** 60
print(formats([1, "x", None, True, 2.5, big, -7, ("z",), Shout("q"), Loud(1), b"y"] * 6)[-70:])
print(counted(60))
print(grows(50), derived(40))
