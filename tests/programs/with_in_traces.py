# with blocks in hot loops: managers in Python and in C, left by falling off, by exceptions, return, break and continue.
import sys
import threading
import traceback
from contextlib import contextmanager, nullcontext, suppress


class Plain:
    def __init__(self):
        self.depth = self.entered = 0

    def __enter__(self):
        self.depth += 1
        self.entered += 1
        return self

    def __exit__(self, kind, value, tb):
        self.depth -= 1
        return False


class Eats:
    def __init__(self, *kinds):
        self.kinds = kinds
        self.seen = []

    def __enter__(self):
        return len(self.seen)

    def __exit__(self, kind, value, tb):
        if kind is None:
            return None
        if value.args[0] % 97 == 0:
            self.seen.append((kind.__name__, value.args, tb is value.__traceback__, sys.exc_info()[1] is value,
                              [t.name for t in traceback.extract_tb(tb)]))
        return issubclass(kind, self.kinds)


class Quiet:
    def __enter__(self):
        return 1

    def __exit__(self, kind, value, tb):
        return kind is ValueError


class Breaks:
    def __enter__(self):
        return self

    def __exit__(self, *what):
        if what[0] is not None:
            raise KeyError("instead", what[1].args[0])


class Truth:
    def __init__(self, value):
        self.value = value

    def __bool__(self):
        return self.value


class Odd:
    def __enter__(self):
        return 0

    def __exit__(self, *what):
        return Truth(what[0] is None or what[1].args[0] % 2 == 0)


def fall(n):
    m, total = Plain(), 0
    for i in range(n):
        with m as x:
            total += x.depth
    return total, m.depth, m.entered


def nested(n):
    a, b, total = Plain(), Quiet(), 0
    for i in range(n):
        with a, b as y, a as z:
            total += y + z.depth
            if i % 3 == 0:
                continue
            if i == n - 2:
                break
            total += 1
    return total, a.depth, a.entered


def ends_by_return(m, i):
    with m as x:
        if i % 2:
            return x
    return -1


def returning(n):
    q = Quiet()
    return sum(ends_by_return(q, i) for i in range(n)), [ends_by_return(q, i) for i in range(n)].count(1)


def thrower(i):
    if i % 3 == 1:
        raise ValueError(i)
    if i % 3 == 2:
        raise KeyError(i)
    return i


def eaten(n):
    m, total = Eats(ValueError), 0
    for i in range(n):
        try:
            with m as x:
                total += thrower(i)
        except KeyError as e:
            total += e.args[0]
    return total, m.seen


def quiet(n):
    m, total = Quiet(), 0
    for i in range(n):
        try:
            with m as x:
                total += thrower(i) + x
        except KeyError as e:
            total += e.args[0] * 1000
    return total


def replaced(n):
    m, out = Breaks(), []
    for i in range(n):
        try:
            with m:
                if i % 2:
                    raise ValueError(i)
        except KeyError as e:
            if i % 99 == 0:
                out.append((e.args, type(e.__context__).__name__, e.__context__.args, [t.lineno for t in traceback.extract_tb(e.__traceback__)]))
    return out


def truthful(n):
    m, total = Odd(), 0
    for i in range(n):
        try:
            with m:
                raise ValueError(i)
        except ValueError:
            total += 1
    return total


def locked(n):
    lock, total = threading.Lock(), 0
    for i in range(n):
        with lock:
            total += i
        try:
            with lock:
                if i % 5 == 0:
                    raise ValueError(i)
        except ValueError:
            total += 1
    return total, lock.locked()


@contextmanager
def managed(i, log):
    log.append(("in", i))
    try:
        yield i
    except ValueError:
        log.append(("eaten", i))
    finally:
        log.append(("out", i))


def by_generator(n):
    log, total = [], 0
    for i in range(n):
        with managed(i, log) as x:
            total += x
            if i % 4 == 0:
                raise ValueError(i)
    return total, len(log), log[:7]


def helpers(n):
    total = 0
    for i in range(n):
        with suppress(ValueError, KeyError), nullcontext(i) as x:
            total += thrower(x)
    return total


def class_changes(n):
    class M:
        def __enter__(self):
            return 1

        def __exit__(self, *a):
            return None

    m, total = M(), 0
    for i in range(n):
        if i == n // 2:
            M.__enter__ = lambda self: 100
        if i == n - n // 4:
            M.__exit__ = lambda self, *a: True
        try:
            with m as x:
                total += x
                if i % 2:
                    raise ValueError
        except ValueError:
            total += 5
    return total


def not_managers(n):
    things, out = [3, "x", Plain()], {}
    for i in range(n):
        try:
            with things[i % 3]:
                out["fine"] = out.get("fine", 0) + 1
        except (TypeError, AttributeError) as e:
            out[str(e)] = out.get(str(e), 0) + 1
    return out


for function in (fall, nested, returning, eaten, quiet, replaced, truthful, locked, by_generator, helpers, class_changes, not_managers):
    print(function.__name__, function(400))
