"""A frame that somebody got hold of goes on as itself in the side trace of the operation that showed it: no item is lost, no frame runs twice."""
import sys


class Each:
    def __init__(self, items):
        self.items = enumerate(items)

    def __next__(self):
        return next(self.items)

    def __iter__(self):
        return self


def visible(items, mask, compressed):
    for it, m in zip(Each(items), iter(mask)):
        if not m:
            yield it
        elif not compressed:
            yield it[0], None


items = list(range(12))
mask = [True] * 4 + [True, True, False, True] + [False] * 4
print({tuple(visible(items, mask, True)) for _ in range(60)})


class Ends:
    """Its iterator ends with a traceback that has frames."""
    def __init__(self, n):
        self.left = n

    def __iter__(self):
        return self

    def __next__(self):
        self.left -= 1
        if self.left < 0:
            return next(iter(()))
        return self.left


def total(n):
    found = 0
    for left in map(abs, Ends(n)):
        found += left
    inside = found * 2
    return inside - found


def totals():
    return [total(i % 7) for i in range(300)]


print(sum(totals()))


def first(items):
    found = next(items)
    return found + 1


def firsts(n):
    missing = found = 0
    for i in range(n):
        try:
            found += first(filter(None, Ends(i % 3)))
        except StopIteration as e:
            missing += e.__traceback__.tb_next.tb_frame.f_locals["items"] is not None
    return missing, found


print(firsts(400))

held = []


class Looks:
    def __del__(self):
        held.append(sys._getframe(1))


def drop(thing, i):
    before = i
    thing = None
    after = i + 1
    return before + after


def drops(n):
    seen = 0
    for i in range(n):
        seen += drop(Looks() if i % 3 else (), i)
        if len(held) > 5:
            names = {(f.f_code.co_name, f.f_locals["before"] + 1 == f.f_locals["after"]) for f in held}
            assert names == {("drop", True)}, names
            held.clear()
    return seen


print(drops(600))
