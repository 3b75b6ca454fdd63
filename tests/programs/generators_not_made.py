"""Generators that begin and end in a loop's round; some escape, are seen, closed early, or raise."""
import sys
import traceback
import weakref


def pairs(items, offset):
    for a in items:
        for b in (1, 2):
            yield a * b + offset


def careful(n, log):
    try:
        for i in range(n):
            yield i
    finally:
        log.append(("closed", n))


def whole(n):
    total = 0
    for i in range(n):
        for x in (k * i for k in (1, 2, 3)):
            total += x
        for x in pairs([i, 3], i):
            total -= x
        total += sum(k for k in range(3) if k != i)
        total += len(tuple(j for j in [i, i]))
    return total


def left_early(n):
    log = []
    for i in range(n):
        for x in careful(4, log):
            if x == i % 4:
                break
        g = careful(2, log)
        if i % 3:
            log.append(next(g))
        g = None
        log.append(i)
    return log


def escapes(n):
    kept = []
    for i in range(n):
        g = (k + i for k in (10, 20, 30))
        for x in g:
            if x >= 20:
                break
        if i % 5 == 4:
            kept.append(g)
            kept.append((g.gi_frame is not None, g.gi_running, g.gi_code.co_name, g.__name__))
        for x in g:
            if i % 7 == 6:
                kept.append(g)
        if i % 11 == 10:
            kept.append((list(g), g.gi_frame))
    return [list(k) if hasattr(k, "send") else k for k in kept]


def seen(n):
    names = []

    def look(x):
        if x % 9 == 5:
            f = sys._getframe(1)
            names.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, sorted(f.f_locals)))
            names.append(f.f_back.f_code.co_name)
        return x

    for i in range(n):
        for x in (look(i + k) for k in (0, 1)):
            pass
    return names


def raising(n):
    caught = []
    for i in range(n):
        try:
            for x in (100 // (k - i % 8) for k in (3, 5, 9)):
                caught.append(x)
        except ZeroDivisionError as e:
            caught.append([f.name for f in traceback.extract_tb(e.__traceback__)])
    return caught


class Loud:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __del__(self):
        self.log.append(self.name)


def finalizers(n):
    log = []
    for i in range(n):
        for x in (loud.name for loud in [Loud((i, "a"), log), Loud((i, "b"), log)]):
            log.append(x)
        log.append("end")
        g = (loud for loud in [Loud((i, "c"), log)])
        ref = weakref.ref(g)
        for loud in g:
            log.append(ref() is g)
        g = loud = None
        log.append(ref() is None)
    return log


def sends(n):
    def echo(first):
        got = first
        while True:
            got = yield got
            if got is None:
                got = first
            elif got > 5:
                return

    out = []
    for i in range(n):
        e = echo(i)
        for x in e:
            if x != 3:
                out.append(x)
                break
            try:
                out.append(e.send(2))
                out.append(e.send(7))
            except StopIteration:
                out.append("stop")
        try:
            e.throw(KeyError(i))
        except (KeyError, StopIteration) as error:
            out.append(repr(error))
        e.close()
    return out


def other_code(n):
    def one():
        yield 1
        yield 2

    def two():
        yield 3

    def pick(i):
        def made():
            yield 4
            yield 5
        if i % 4 == 3:
            made.__code__ = two.__code__
        return made

    total = []
    for i in range(n):
        for x in one():
            total.append(x)
        for x in pick(i)():
            total.append(x)
        if i == n - 5:
            one.__code__ = two.__code__
    return total


def nested(n):
    total = 0
    for i in range(n):
        total += sum(sum(a * b for b in (1, i)) for a in (i, 2))
        total += max(len([c for c in str(d)]) for d in (i, i * i))
        total += any(x == i for x in (3, 5)) + all(x > i for x in (7, 9))
    return total, "".join(c for c in "abc" if c != "b"), dict((k, v) for k, v in zip("xy", range(2)))


for n in (2, 30):
    print(whole(n))
    print(left_early(n))
    print(escapes(n))
    print(seen(n))
    print(raising(n))
    print(finalizers(n))
    print(sends(n))
    print(other_code(n))
    print(nested(n))
