# Exceptions with an __init__ and attributes of their own, raised and caught in hot loops.
import sys
import traceback


class Code(Exception):
    default = 5

    def __init__(self, code, message="none", *rest, **more):
        super().__init__(message)
        self.code = code
        self.rest = rest
        self.more = more
        self.code = code + 1

    @property
    def double(self):
        return self.code * 2

    def method(self):
        return self.code * 3


class Deeper(Code):
    def __init__(self, code):
        Code.__init__(self, code, "deep")
        self.deeper = True
        if code % 50 == 49:
            raise KeyError(code)


class Silent(ValueError):
    def __init__(self, a, b=2):
        self.a = a


class Fixed(Exception):
    limit = 3
    limits = property(lambda self: 7)


class Loud:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __del__(self):
        self.log.append(self.name)


class Holds(Exception):
    def __init__(self, thing, log):
        self.thing = thing
        self.thing = Loud(("second", thing.name), log)
        log.append("made")


def show(e):
    names = [(t.name, t.lineno) for t in traceback.extract_tb(e.__traceback__)]
    return type(e).__name__, e.args, str(e), list(e.__dict__.items()), names


def coded(n, seen):
    total = 0
    for i in range(n):
        try:
            if i % 2:
                raise Code(i, "odd", 1, 2, x=i)
            raise Code(message="kw", code=i)
        except Code as e:
            total += e.code + len(e.rest) + len(e.more) + len(str(e)) + len(e.args)
            if i % 97 == 0:
                seen.append(show(e))
    return total


def deep(n, seen):
    total = 0
    for i in range(n):
        try:
            raise Deeper(i)
        except Code as e:
            total += e.code
            if i % 97 == 0:
                seen.append(show(e))
        except KeyError as e:
            seen.append(show(e))
    return total


def silent(n, seen):
    total = 0
    for i in range(n):
        try:
            raise Silent(i, b=3) if i % 2 else Silent(i)
        except ValueError as e:
            total += e.a + len(e.args)
            if i % 97 == 0:
                seen.append(show(e))
    return total


def class_things(n, seen):
    total = 0
    for i in range(n):
        try:
            raise Fixed(i)
        except Fixed as e:
            total += e.limit + e.limits
    return total


def methods(n, seen):
    total = 0
    for i in range(n):
        try:
            raise Code(i)
        except Code as e:
            total += e.double + e.method() + e.default
    return total


def set_in_handler(n, seen):
    total = 0
    for i in range(n):
        try:
            try:
                raise Code(i)
            except Code as e:
                e.note = i
                e.code = 10
                raise
        except Code as e:
            total += e.note + e.code
            if i % 97 == 0:
                seen.append(show(e))
    return total


def missing(n, seen):
    total = 0
    for i in range(n):
        try:
            raise Code(i)
        except Code as e:
            try:
                total += e.nothing
            except AttributeError as a:
                total += a.obj is e
    return total


def lifetimes(n, log):
    for i in range(n // 10):
        try:
            raise Holds(Loud(("first", i), log), log)
        except Holds:
            log.append("in")
        log.append("out")


def exits(n, seen):
    total = 0
    for i in range(n):
        try:
            raise Code("x" if i == n - 3 else i)
        except Code as e:
            total += e.code
        except TypeError as e:
            seen.append(show(e))
    return total


def wrong_arguments(n, seen):
    total = 0
    for i in range(n):
        try:
            raise Deeper() if i % 7 == 0 else Deeper(i, 2)
        except TypeError as e:
            total += 1
            if i % 60 == 0:
                seen.append(str(e))
    return total


def texts(n, seen):
    out = []
    for i in range(n):
        try:
            raise KeyError("k") if i % 3 == 0 else ValueError("v", i) if i % 3 == 1 else IndexError()
        except LookupError as e:
            out.append(str(e))
        except ValueError as e:
            out.append(f"{e}")
    return out[:7], len(out)


def main():
    for name in ("coded", "deep", "silent", "class_things", "methods", "set_in_handler", "missing", "lifetimes", "exits", "wrong_arguments",
                 "texts"):
        seen = []
        print(name, globals()[name](400, seen), seen)
    print(sys.exc_info())


main()
