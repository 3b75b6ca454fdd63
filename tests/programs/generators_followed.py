"""Generators driven by loops of the same trace: what they hold dies in time, they are seen, closed, re-entered, and thrown into."""
import sys


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name, sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno)


def holding(n):
    kept = Loud("kept %d" % n)
    twice = kept
    for i in range(n):
        other = Loud("other %d %d" % (n, i)) if i % 5 == 4 else None
        yield i
    boxes = [kept, [twice]]
    del kept, twice


def deaths():
    for n in range(12):
        total = 0
        for x in holding(n):
            total += x
        print("end", n, total)


def counting(n):
    i = 0
    while i < n:
        yield i
        i += 1


def odd(values):
    for value in values:
        if value & 1:
            yield value


def frames(values):
    for value in values:
        if value == 30:
            f = sys._getframe()
            print(f.f_code.co_name, f.f_lineno, f.f_back.f_code.co_name, f.f_locals["value"], f.f_back.f_lineno)
        yield value


def seen():
    total = 0
    for x in frames(odd(counting(70))):
        total += x
    for x in frames(counting(70)):
        total += x
    return total


def early():
    total = 0
    g = counting(1000)
    for x in g:
        total += x
        if x == 60:
            break
    total += next(g)
    for x in g:
        total += x
        if x == 120:
            g.close()
    return total, list(g)


def failing(n):
    for i in range(n):
        yield 100 // (n - 10 - i)


def errors():
    total = 0
    for n in (40, 60):
        try:
            for x in failing(n):
                total += x
        except ZeroDivisionError as error:
            tb = error.__traceback__
            lines = []
            while tb is not None:
                lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
                tb = tb.tb_next
            print(total, lines)


def itself():
    for i in range(50):
        if i == 40:
            try:
                next(me)
            except ValueError as error:
                print(error)
        yield i


def returning(n):
    for i in range(n):
        yield i
    return "value"


def outer(n):
    for i in range(n):
        got = yield from returning(i % 4)
        yield got


def mixed():
    found = []
    for x in outer(30):
        found.append(x)
    return found


def with_finally(n):
    try:
        for i in range(n):
            try:
                yield i
            finally:
                if i % 20 == 19:
                    print("finally", i)
    finally:
        print("closed")


def finals():
    total = 0
    for x in with_finally(50):
        total += x
    for x in with_finally(50):
        total += x
        if x == 33:
            break
    return total


def sharing():
    g = counting(90)
    out = []
    for a in g:
        for b in g:
            out.append((a, b))
            if b % 7 == 0:
                break
    return out


def cells(n):
    total = 0

    def add(x):
        nonlocal total
        total += x
        return total

    for i in range(n):
        yield add(i)


def floats(n):
    x = 0.5
    for i in range(n):
        x = x * 1.5 if x < 1e6 else x / 1e5
        yield x


def tags(n):
    flag = True
    nothing = None
    text = "a"
    for i in range(n):
        yield flag, nothing, text, flag is True, nothing is None
        flag = not flag
        nothing = None if i % 3 else 7
        text = "ab"[i & 1]


deaths()
print(seen(), early())
errors()
me = itself()
for x in me:
    pass
print(mixed())
print(finals())
print(sharing())
total = 0
for x in cells(80):
    total += x
for x in floats(90):
    total += x
print(total)
for t in tags(60):
    pass
print(t, [t for t in tags(60)][-4:])
