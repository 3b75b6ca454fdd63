"""C code raises now this and now that where the same object is a local of two frames and an operand: nobody keeps a reference to it."""

import sys


class Moody:
    def __init__(self, n):
        self.n = n

    @property
    def mood(self):
        if self.n % 3 == 0:
            raise AttributeError("none")
        if self.n % 3 == 1:
            raise NameError("what")
        return self.n


def probe(o):
    try:
        found = getattr(o, "mood")
    except AttributeError:
        return None
    return found


def ask(o, default):
    try:
        found = probe(o)
    except NameError:
        return default
    if found is None:
        return probe(default)
    return found


def ask_all(objects):
    got, left = [], objects * 3
    while left:
        got.append(ask(left.pop(), 7))
    return got


def ask_all_ways(objects):
    return [x for x in ask_all(objects) if x is not None]


objects = [Moody(n) for n in range(40)] + [Moody(n % 2) for n in range(40)] + [Moody(n) for n in range(40)]
for _ in range(12):
    print(len(ask_all_ways(objects)), sum(ask_all_ways(objects)))
print(set(map(sys.getrefcount, objects)))
