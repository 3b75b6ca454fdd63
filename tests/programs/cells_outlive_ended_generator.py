"""Cells that a generator expression and its caller share, where the ended generator is made late, for somebody who may look."""


class Seen:
    def __init__(self):
        self.names = []


def note(seen, name):
    seen.names.append(name)
    return len(seen.names)


def rule(seen, look, header, key):
    parent, stem = key[:-1], key[-1]
    whole = header + parent
    parts = (header + key[:i] for i in range(1, len(key)))
    for part in parts:
        note(seen, part)
    look(seen)
    return whole, stem, parts


def run(look):
    seen = Seen()
    total = 0
    for n in range(300):
        whole, stem, parts = rule(seen, look, ("a",), ("b", "c")[n % 3 == 0:])
        total += len(whole) + len(stem)
        assert list(parts) == []
    return total, len(seen.names)


import sys

print(run(lambda seen: sys.getrefcount(seen) > 0))
print(run(vars))
print(run(getattr(sys, "getrefcount")))
