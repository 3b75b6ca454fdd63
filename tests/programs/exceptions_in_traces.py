# Exceptions that are raised and caught inside hot loops, and all that can be seen of them.
import gc
import sys
import traceback
import weakref


class Odd(Exception):
    pass


class Odder(Odd, ValueError):
    pass


class Loud:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __del__(self):
        self.log.append((self.name, sys.exc_info()[0] and sys.exc_info()[0].__name__))


def show(e):
    entries = traceback.extract_tb(e.__traceback__)
    chain = (type(e.__context__).__name__, type(e.__cause__).__name__, e.__suppress_context__)
    return type(e).__name__, e.args, [(t.name, t.lineno, t.colno) for t in entries], chain


def leaf(i):
    x = i * 2
    if i % 3 == 0:
        raise Odd("leaf", x)
    return x


def middle(i):
    y = i + 1
    return leaf(i) + y


def caught_outside(n, seen):
    total = 0
    for i in range(n):
        try:
            total += middle(i)
        except Odd as e:
            total += e.args[1]
            if i % 150 == 0:
                seen.append(show(e))
                tb = e.__traceback__
                names = []
                while tb is not None:
                    names.append((tb.tb_frame.f_code.co_name, sorted(k for k in tb.tb_frame.f_locals if len(k) == 1), tb.tb_lasti))
                    back = tb.tb_frame.f_back
                    names.append(back.f_code.co_name)
                    tb = tb.tb_next
                seen.append(names)
    return total


def caught_inside(n):
    d = {i: i for i in range(0, n, 2)}
    missing = 0
    for i in range(n):
        try:
            missing += d[i]
        except KeyError as e:
            missing += e.args[0] * 1000
        except (IndexError, TypeError):
            missing -= 1
    return missing


def reraised(n, seen):
    count = 0
    for i in range(n):
        try:
            try:
                leaf(i)
            except Odd:
                count += 1
                raise
            finally:
                count += 10
        except ValueError:
            count += 100000
        except Odd as e:
            count += 100
            if i % 300 == 0:
                seen.append(show(e))
    return count


def chained(n, seen):
    for i in range(n):
        try:
            try:
                leaf(i)
            except Odd as e:
                if i % 2:
                    raise KeyError(i) from e
                raise Odder(i)
        except KeyError as e:
            if i % 99 == 0:
                seen.append(show(e))
                seen.append(show(e.__cause__))
        except Odder as e:
            if i % 66 == 0:
                seen.append(show(e))
                seen.append(show(e.__context__))


def from_none(n, seen):
    c = 0
    for i in range(n):
        try:
            try:
                {}[i]
            except KeyError:
                raise Odd from None
        except Odd as e:
            c += e.__suppress_context__
            if i == n - 1:
                seen.append(show(e))
    return c


def raised_again(n, seen):
    for i in range(n):
        try:
            try:
                leaf(i)
            except Odd as e:
                if i % 2:
                    raise e
                saved = e
            else:
                continue
            raise saved
        except Odd as e:
            if i % 60 in (0, 3):
                seen.append(show(e))


def dies_when(n, log):
    def holder(i):
        loud = Loud("loud%d" % i, log)
        if i % 2:
            raise Odd(i)
        return loud

    for i in range(n):
        try:
            holder(i)
            log.append("fine")
        except Odd:
            log.append("caught")
        log.append("after")


def dies_with_name(n, log):
    def thrower(i, thing):
        raise Odd(i)

    for i in range(n):
        try:
            thrower(i, Loud(i, log))
        except Odd as e:
            log.append("in")
        log.append("out")


def look(i, out):
    if i % 50 == 0:
        out.append((sys.exc_info()[0].__name__, sys.exc_info()[1].args))


def looked_at(n, out):
    for i in range(n):
        try:
            leaf(i)
        except Odd:
            look(i, out)


def nested_handlers(n, out):
    for i in range(n):
        try:
            leaf(i)
        except Odd as outer:
            try:
                [][i]
            except IndexError as inner:
                if i % 120 == 0:
                    out.append(show(inner))
                    out.append(inner.__context__ is outer)
            try:
                int("x")
            except ValueError as inner:
                if i % 120 == 0:
                    out.append(show(inner))
                    out.append(inner.__context__ is outer)


def kept(n):
    every = []
    for i in range(n):
        try:
            middle(i)
        except Odd as e:
            every.append(e)
    return [show(e) for e in every[::40]], len(every)


def returned(i):
    try:
        return leaf(i)
    except Odd as e:
        return e


def returns(n):
    out = []
    for i in range(n):
        e = returned(i)
        if i % 75 == 0:
            out.append(show(e))
    return out


def outer_handler(n, out):
    try:
        raise RuntimeError("first")
    except RuntimeError:
        for i in range(n):
            try:
                leaf(i)
            except Odd as e:
                if i % 90 == 0:
                    out.append(show(e))


def generator_of(count):
    for i in range(count):
        try:
            yield leaf(i)
        except Odd as e:
            yield e.args[1]


def loop_in_generator(n):
    return sum(generator_of(n))


def closure(n):
    total = 0

    def inner(i):
        nonlocal total
        total += 1
        if i & 1:
            raise Odd(total)
        return total

    seen = 0
    for i in range(n):
        try:
            seen += inner(i)
        except Odd as e:
            seen -= e.args[0]
    return seen, total


def escapes(n):
    for i in range(n):
        if i == n - 1:
            raise Odd("end", i)
        try:
            leaf(i)
        except Odd:
            pass


def types_differ(n):
    kinds = [Odd, ValueError, KeyError, Odder, IndexError]
    counts = [0, 0, 0]
    for i in range(n):
        try:
            raise kinds[i % 5](i)
        except (KeyError, IndexError):
            counts[0] += 1
        except ValueError as e:
            counts[1] += e.args[0]
        except Odd:
            counts[2] += 1
    return counts


def main():
    for name, function in list(globals().items()):
        if not callable(function) or getattr(function, "__module__", "") != __name__ or isinstance(function, type):
            continue
        args = function.__code__.co_varnames[: function.__code__.co_argcount]
        if args == ("n",):
            try:
                print(name, function(400))
            except Odd as e:
                print(name, show(e))
        elif args[:1] == ("n",):
            seen = []
            print(name, function(400, seen), seen[:40], len(seen), seen[-3:])
    r = weakref.ref(Odd)
    gc.collect()
    print(r() is Odd, sys.exc_info())


main()
