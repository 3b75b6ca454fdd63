# C calls that fail in hot loops, sometimes or always, and what is seen of their exceptions.
import sys
import traceback


class Strange(Exception):
    pass


class Key:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        if self.n % 7 == 3:
            raise Strange("hash", self.n)
        return self.n

    def __eq__(self, other):
        return self.n == other.n

    def __int__(self):
        if self.n % 3 == 0:
            raise Strange("int", self.n)
        return self.n

    def __del__(self):
        Key.dead += 1

    dead = 0


class Bare:
    pass


def show(e):
    entries = [(t.name, t.lineno, t.colno) for t in traceback.extract_tb(e.__traceback__)]
    return type(e).__name__, str(e), entries, e.__context__


def parse(text):
    return int(text)


def numbers(n, seen):
    items = ["1", "x", "22", "", "-5", "1e3"]
    total = 0
    for i in range(n):
        try:
            total += int(items[i % 6])
        except ValueError as e:
            total += 1
            if i % 91 == 0:
                seen.append(show(e))
    return total


def inlined(n, seen):
    items = ["1", "x", "22", "", None]
    total = 0
    for i in range(n):
        try:
            total += parse(items[i % 5])
        except (ValueError, TypeError) as e:
            total += 1
            if i % 93 == 0:
                seen.append(show(e))
                seen.append(sorted(e.__traceback__.tb_next.tb_frame.f_locals))
    return total


def indexes(n, seen):
    items, pair, text = [1, 2, 3], (1, 2), "abcd"
    total = 0
    for i in range(n):
        try:
            total += items[i % 5]
            total += pair[i % 4]
            total += ord(text[i % 9])
        except IndexError as e:
            total += 1000
            if i % 37 == 0:
                seen.append(show(e))
    return total


def divisions(n, seen):
    total = 0
    for i in range(n):
        try:
            total += 100 // (i % 4)
            total += 100 % (i % 3)
            total += 1 / (i % 5)
        except ZeroDivisionError as e:
            total += 0.5
            if i % 61 == 0:
                seen.append(show(e))
    return total


def odd_indexes(n, seen):
    boxes = ([], [1], (), (1, 2), "", "x", b"", b"ab")
    wanted = (0, -1, 1, 3, -4, True, 2**40, -(2**40), 10**30)
    counts = {}
    for i in range(n):
        try:
            boxes[i % 8][wanted[i % 9]]
        except IndexError as e:
            counts[str(e)] = counts.get(str(e), 0) + 1
            if i % 45 == 0:
                seen.append(show(e))
    return sorted(counts.items())


def odd_divisions(n, seen):
    tops, bottoms = (1, -3, 2.5, True, 10**30, 0), (0, 0.0, -0.0, 1, False, 2.5)
    counts = {}
    for i in range(n):
        a, b = tops[i % 6], bottoms[i // 6 % 6]
        for operation in range(4):
            try:
                if operation == 0:
                    a / b
                elif operation == 1:
                    a // b
                elif operation == 2:
                    a % b
                else:
                    a /= b
            except ZeroDivisionError as e:
                key = operation, type(a).__name__, type(b).__name__, str(e)
                counts[key] = counts.get(key, 0) + 1
    return sorted(counts.items())


def attributes(n, seen):
    bare, full = Bare(), Bare()
    full.x = 1
    both = (bare, full)
    total = 0
    for i in range(n):
        try:
            total += both[i & 1].x
        except AttributeError as e:
            total += 10
            if i % 80 == 0:
                seen.append((show(e), e.name, e.obj is bare))
    return total


def python_code_inside(n, seen):
    d = {}
    total = 0
    for i in range(n):
        try:
            d[Key(i)] = i
            total += int(Key(i))
        except Strange as e:
            total += e.args[1]
            if i % 70 == 3:
                seen.append(show(e))
    return total, len(d)


def ends(n, seen):
    total = 0
    for i in range(n):
        it = iter((1, 2, i))
        try:
            while True:
                total += next(it)
        except StopIteration as e:
            total += e.value is None
    return total


def containers(n, seen):
    total = 0
    stack, table, group = [], {}, set()
    for i in range(n):
        try:
            if i % 3 == 0:
                stack.pop()
            elif i % 3 == 1:
                table.pop(i)
            else:
                group.remove(i)
        except KeyError as e:
            total += e.args[0]
        except IndexError as e:
            total += len(str(e))
    return total


def in_finally(n, seen):
    total = 0
    for i in range(n):
        try:
            try:
                int("z" if i % 4 else "4")
            finally:
                total += 1
        except ValueError:
            total += 100
    return total


def not_caught_here(text):
    try:
        return int(text)
    except KeyError:
        return 0


def caught_above(n, seen):
    total = 0
    for i in range(n):
        try:
            total += not_caught_here("7" if i % 3 else "q")
        except ValueError as e:
            total += 1
            if i % 150 == 0:
                seen.append(show(e))
    return total


def different_types(n, seen):
    things = ["1", "x", None, [], "3", b"\xff"]
    counts = {}
    for i in range(n):
        try:
            int(things[i % 6])
        except Exception as e:
            counts[type(e).__name__] = counts.get(type(e).__name__, 0) + 1
    return counts


def under_a_handler(n, seen):
    total = 0
    for i in range(n):
        try:
            raise Strange(i)
        except Strange as outer:
            try:
                int("w")
            except ValueError as e:
                total += e.__context__ is outer
    return total


def overflow(n, seen):
    total = 0
    for i in range(n):
        try:
            total += len("x" * 3) + float(10 ** (300 + i % 20))
        except OverflowError:
            total = 0.0
    return total


def main():
    for name, function in list(globals().items()):
        if callable(function) and function.__code__.co_varnames[:2] == ("n", "seen") if hasattr(function, "__code__") else False:
            seen = []
            print(name, function(500, seen), seen)
    print(Key.dead, sys.exc_info())


main()
