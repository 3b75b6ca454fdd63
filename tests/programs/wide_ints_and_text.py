"""Products, quotients and remainders of ints around and beyond 64 and 128 bits; values as text in every way."""

EDGES = [0, 1, -1, 3, -7, 2**30, -(2**30), 2**31 - 1, 2**60 + 1, 2**63 - 1, -(2**63), 2**63, 2**64 + 5, -(2**90) - 1,
         2**126 - 1, 2**127 - 1, -(2**127), 2**127, 2**128 + 3, -(2**200)]


def fnv(text, rounds):
    h = 14695981039346656037
    for _ in range(rounds):
        for c in text:
            h = ((h ^ ord(c)) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return h


def all_pairs():
    out = []
    for a in EDGES:
        for b in EDGES:
            out.append(a * b)
            if b:
                out.append(a // b)
                out.append(a % b)
                out.append(divmod(a, b))
                out.append(a / b)
    return out


def growing(n):
    x = 3
    sizes = []
    for _ in range(n):
        x = x * x % (2**89 - 1) * 7
        sizes.append(x.bit_length())
        x //= 5
    return sizes[-5:], x


def division_by_zero(a, n):
    hits = 0
    for i in range(n):
        try:
            a // (i % 3)
        except ZeroDivisionError:
            hits += 1
    return hits


def with_types(value, n):
    a = 2**70
    out = []
    for i in range(n):
        out.append(a * value)
    return out[-1], type(out[-1])


class Loud(int):
    def __mul__(self, other):
        return "loud"

    __rmul__ = __mul__

    def __str__(self):
        return "as text"


def texts(values, n):
    out = []
    for i in range(n):
        for v in values:
            out.append(str(v))
            out.append(repr(v))
            out.append(f"{v} {v!r} {v!s} {v!a}")
            out.append("%s|%10s|%-6s|%.2s" % (v, v, v, v))
            out.append("<%s>" % (v,))
            out.append("<%s>" % v)
    return out


def specs(n):
    out = []
    for i in range(n):
        x = i * 1.25
        out.append(f"{i:5d}{x:8.3f}{'ab':>5}{i:x}{x:e}{i:,}")
        width = i % 4 or ""
        out.append(f"{i:{width}}|{x:{width}}|{'q':{width}}")
        out.append("%d %i %5.1f %g %x %o %c %%" % (i, x, x, i, i, i, 65 + i % 26))
    return out


def wrong(n):
    out = []
    for i in range(n):
        for make in (lambda: "%d" % "x", lambda: "%d %d" % (1,), lambda: "%d" % (1, 2), lambda: f"{i:q}", lambda: "%s" % (i, i), lambda: f"{'a':d}"):
            try:
                out.append(make())
            except (TypeError, ValueError) as e:
                out.append(str(e))
    return out


print(fnv("the quick brown fox", 50))
print(hash(tuple(map(str, all_pairs()))) == hash(tuple(map(str, all_pairs()))), all_pairs()[::37])
print(growing(200))
print(division_by_zero(2**80, 60))
print(with_types(3, 30), with_types(True, 30), with_types(2.5, 30), with_types(Loud(4), 30))
values = [0, -5, 2**62, 2**70, 1.5, -0.0, float("inf"), True, None, "a'b", "", b"x", (1, "2"), Loud(9), [1.0]]
print(texts([v for v in values if not isinstance(v, tuple)], 12)[-90:])
print(specs(40)[-6:])
print(sorted(set(wrong(30))))


def decimals(n):
    out = []
    for k in range(n):
        i = (k - n // 2) * 1237 ** (k % 4)
        out.append(f"{i:d}|{i:5}|{i:<8}|{i:>8}|{i:^9}|{i:=9}|{i:*^12d}|{i:+}|{i: }|{i:+08d}|{i:012}|{i:,}|{i:_}|{i:>14,}|{i:+15,d}")
        out.append(f"{i:x}|{i:#b}|{i:c}" if 0 <= i < 1000 else "")
        out.append(f"{i:.2f}|{i:010.3e}|{i:%}|{i:é>7}|{i:n}|{i:0=7}|{i:*<07}")
        out.append("%d|%5d|%-6d|%06d|%+d|% d|%-+7d|%-06d|%+ d|%.3d|%8.3d|%i|%u|%%|%#x" % ((i,) * 13 + (abs(i),)) if n else "")
        out.append("%s" % i + "%d" % i + "<%5d>" % i + "%05.1f" % i + "%5s|%-5s|%.2s|%s" % (i, i, i, i % 3 == 0))
        out.append("%s %s" % ("é", i) + "%c%c" % (65 + k % 26, "z") + "%d" % (k % 2 == 0) + "%d" % 2.75)
    return out


print(decimals(80)[::7])
