# A generator's loop over a constant or a local borrows it from there: a trace that ends the loop releases nothing.
import gc
import sys


def names(n):
    i = 0
    while n:
        for ending in (".py", ".txt", ".tar.gz", ""):
            i += 1
            yield str(i) + ending
            n -= 1


def pairs(rows):
    for row in rows:
        for item in row:
            yield item
        for item in (10, 20):
            yield item


class Closing:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None

    def write(self, text):
        written.append(text)


written = []
constants = [c for f in (names, pairs) for c in f.__code__.co_consts if isinstance(c, tuple)]
before = [sys.getrefcount(c) for c in constants]


def make(n):
    for name in names(n):
        with Closing() as file:
            file.write(name)


def total(rows):
    return sum(pairs(rows)) + sum(x for x in pairs(rows))


for again in range(30):
    written.clear()
    make(240)
    rows = [[i, i + 1] for i in range(60)]
    total(rows)
    gc.collect()
    lost = [sys.getrefcount(c) < n for c, n in zip(constants, before)]
    kept = [sys.getrefcount(row) >= 2 for row in rows[:4]]
    assert constants == [(".py", ".txt", ".tar.gz", ""), (10, 20)]
    if again % 10 == 9:
        print(len(written), written[-2:], lost, kept)
print(total([[1, 2], (3, 4), "", range(3)]))
