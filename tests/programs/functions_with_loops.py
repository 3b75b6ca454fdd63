"""Functions that are called in a loop and have loops of their own, or call themselves: their frames, exceptions and results."""
import sys
import traceback


def total_of(items, start=0, step=1):
    total = start
    for x in items:
        total += x * step
    return total


def first_over(items, limit):
    for i, x in enumerate(items):
        if x > limit:
            return i
    return None


def find(items, wanted):
    i = 0
    while True:
        if items[i] == wanted:
            return i
        i += 1


def nothing(items):
    for _ in items:
        pass


def who_called(items):
    name = ""
    for _ in items:
        frame = sys._getframe(1)
        name = f"{frame.f_code.co_name} {sorted(frame.f_locals)} {frame.f_lineno - frame.f_code.co_firstlineno}"
    return name


def use_all(n):
    rows = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [0.5] * 12, list(range(20))]
    out = []
    for i in range(n):
        row = rows[i % 3]
        out.append(total_of(row))
        out.append(total_of(row, i))
        out.append(total_of(row, i, 2))
        out.append(first_over(row, i % 9))
        out.append(nothing(row))
        try:
            out.append(find(row, i % 11))
        except IndexError as e:
            out.append(len(traceback.extract_tb(e.__traceback__)))
    return out


def caller(n):
    seen = set()
    row = list(range(8))
    for i in range(n):
        local = i
        seen.add(who_called(row))
    return sorted(seen), local


class Node:
    def __init__(self, value, children):
        self.value = value
        self.children = children

    def total(self, depth):
        result = self.value
        if depth == 0:
            raise RecursionError("too deep")
        for child in self.children:
            result += child.total(depth - 1)
        return result


class Loud:
    def __init__(self, name, log):
        self.name = name
        self.log = log

    def __del__(self):
        self.log.append(self.name)


def leaves_objects(log, n):
    kept = None
    for i in range(8):
        kept = Loud((n, i), log)
    return n


def deaths(n):
    log = []
    for i in range(n):
        leaves_objects(log, i)
        log.append(i)
    return log


def countdown(n):
    if n == 0:
        return 0
    return 1 + countdown(n - 1)


def deep(n):
    total = 0
    for i in range(n):
        total += countdown(i % 40)
    try:
        countdown(10**6)
    except RecursionError as e:
        return total, str(e)[:30]
    return total


def spoiled(n):
    """The function's code, defaults and globals change on the way."""
    global total_of
    out = []
    row = [1, 2, 3, 4, 5, 6, 7, 8]
    original, defaults = total_of, total_of.__defaults__
    for i in range(n):
        out.append(total_of(row))
        if i == n // 2:
            total_of.__defaults__ = (100, 3)
        if i == n * 3 // 4:
            total_of = nothing
    original.__defaults__ = defaults
    total_of = original
    return out


def run(n):
    print(use_all(n))
    print(caller(n))
    tree = Node(1, [Node(i, [Node(i * j, []) for j in range(4)]) for i in range(9)])
    print([tree.total(5 + i) for i in range(n)])
    shallow = []
    for i in range(n):
        try:
            shallow.append(tree.total(i % 4))
        except RecursionError as e:
            shallow.append((str(e), len(traceback.extract_tb(e.__traceback__))))
    print(shallow)
    print(deaths(n))
    print(deep(n))
    print(spoiled(n))


run(7)
run(60)
