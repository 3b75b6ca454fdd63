# __iter__ and __next__ in Python that a hot loop calls: all kinds of iterators that __iter__ returns, all ways in which __next__ ends,
# what is no iterator, deaths, frames that are looked at, classes that change.
import sys
import traceback


class Count:
    def __init__(self, n, end=0):
        self.n = n
        self.i = 0
        self.end = end

    def __iter__(self):
        return self

    def __next__(self):
        if self.i >= self.n:
            if self.end == 0:
                raise StopIteration
            if self.end == 1:
                raise StopIteration(self.i)
            if self.end == 2:
                return next(iter(()))
            if self.end == 3:
                try:
                    raise StopIteration
                finally:
                    self.i = -1
            raise ValueError(self.n)
        self.i += 1
        return self.i


class Box:
    kind = 0

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        if self.kind == 0:
            return iter(self.items)
        if self.kind == 1:
            return (x for x in self.items)
        if self.kind == 2:
            return reversed(self.items)
        if self.kind == 3:
            return Count(len(self.items))
        if self.kind == 4:
            return enumerate(self.items).__iter__()
        if self.kind == 5:
            return iter(range(3))
        return self.items


class Loud:
    def __init__(self, name):
        self.name = name

    def __iter__(self):
        return Count(2)

    def __del__(self):
        print("died", self.name)


class Caught(Count):
    def __next__(self):
        try:
            return super().__next__()
        except StopIteration:
            if self.i % 2:
                raise
            raise StopIteration from None


def total(it):
    t = 0
    for x in it:
        t += x if isinstance(x, int) else len(x)
    else:
        t += 1000
    return t


def ends():
    out = []
    for end in (0, 1, 2, 3, 4):
        t = 0
        for n in range(60):
            try:
                for x in Count(n % 7, end):
                    t += x
                t += 100
            except ValueError as e:
                t += e.args[0] * 1000
        out.append(t)
    return out


def kinds():
    box = Box([3, 1, 2])
    out = []
    for kind in (0, 1, 2, 3, 4, 5, 0):
        box.kind = kind
        t = 0
        for _ in range(60):
            for x in box:
                t += x if isinstance(x, int) else sum(x)
        out.append(t)
    return out


def no_iterators():
    box = Box([1, 2])
    for i in range(200):
        box.kind = 6 if i in (60, 150) else 0
        try:
            for x in box:
                pass
        except TypeError as e:
            print(i, e, traceback.extract_tb(e.__traceback__)[-1].lineno)


def deaths():
    t = 0
    for i in range(60):
        for x in Loud(i) if i % 20 == 0 else Count(3):
            t += x
            if i == 40:
                break
    return t


class Looks(Count):
    seen = set()

    def __next__(self):
        if self.i == 3:
            f = sys._getframe()
            self.seen.add((f.f_lineno - f.f_code.co_firstlineno, f.f_back.f_code.co_name, f.f_locals["self"] is self))
        return Count.__next__(self)


def changes():
    t = 0
    for i in range(150):
        for x in Count(5):
            t += x
        if i == 100:
            Count.__next__ = lambda self: (_ for _ in ()).throw(StopIteration) if self.i > 2 else setattr(self, "i", self.i + 1) or 7
    return t


class Recursive:
    def __init__(self, depth):
        self.depth = depth
        self.below = iter(Recursive(depth - 1)) if depth else None
        self.k = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.below is not None:
            for x in self.below:
                return x + 1
            self.below = None
        if self.k == 2:
            raise StopIteration
        self.k += 1
        return self.k


print(sum(total(Count(i % 9)) for i in range(200)), total(Caught(7)), total(Caught(8)))
print(ends())
print(kinds())
no_iterators()
print(deaths())
for _ in range(60):
    total(Looks(6))
print(Looks.seen)
print([sum(Recursive(d)) for d in range(5)], sum(total(Recursive(i % 4)) for i in range(100)))
try:
    changes()
except RuntimeError as e:
    print(e)
print(total(Count(5)))
