"""Generators that are dropped while they are suspended: with handlers around the yield, without, and with locals whose deaths show."""

import gc

log = []


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


def plain(n):
    a, b = Loud("a"), Loud("b")
    for i in range(n):
        yield i


def guarded(n):
    a = Loud("held")
    try:
        for i in range(n):
            yield i
    finally:
        log.append("finally")


def catching(n):
    for i in range(n):
        try:
            yield i
        except GeneratorExit:
            log.append("exit")
            raise


def within(n):
    with Manager():
        yield from plain(n)


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        log.append(kind.__name__ if kind else "none")


def first(items):
    for item in items:
        return item


def first_over(items, limit):
    return any(x > limit for x in items)


def nested(n):
    return any(any(x == y for y in range(n)) for x in range(3, n))


def run(make, rounds):
    total = 0
    for i in range(rounds):
        total += first(make(5))
        log.append(i % 3)
    out = total, len(log), log[-8:]
    log.clear()
    return out


def run_any(rounds):
    hits = 0
    values = list(range(40))
    for i in range(rounds):
        hits += first_over(values, i % 50)
        hits += any(len(w) > 2 for w in ("a", "bc", "def", "g"))
        hits += nested(6)
        hits += next((v for v in values if v > i % 40), -1)
    return hits


def run_kept(rounds):
    kept = []
    for i in range(rounds):
        g = plain(3)
        next(g)
        kept.append(g)
        if len(kept) > 2:
            del kept[0]
    states = [g.gi_frame is not None for g in kept]
    kept.clear()
    out = states, len(log), log[-4:]
    log.clear()
    return out


for make in (plain, guarded, catching, within):
    print(make.__name__, run(make, 120))
print(run_any(200))
print(run_kept(100))
gc.collect()
print(log)
