"""sum(), list(), any()... over generators: called often enough that the loop of each is compiled; nobody may see that."""
import sys
import traceback
import warnings


def squares(n):
    for i in range(n):
        yield i * i


def looking(n):
    for i in range(n):
        if i == n - 1:
            f = sys._getframe(1)
            print("looked", f.f_code.co_name, f.f_lineno, sys._getframe(2).f_code.co_name)
            warnings.warn("seen", stacklevel=2)
        yield i


def failing(n):
    for i in range(n):
        yield 10 // (n - 1 - i)


def all_of_them(n):
    return (
        sum(x + 1 for x in squares(n)),
        sum(x * 0.1 for x in squares(n)),
        sum(x if x % 3 else x * 0.5 for x in squares(n)),
        sum([x] == [1] for x in squares(n)),
        list(squares(n))[-2:],
        tuple(squares(n))[-2:],
        len(set(squares(n))),
        len(frozenset(x % 7 for x in squares(n))),
        sorted(-x for x in squares(n))[:2],
        min(x - 50 for x in squares(n)),
        max(x - 50 for x in squares(n)),
        any(x > 200 for x in squares(n)),
        all(x < 200 for x in squares(n)),
        ",".join(str(x) for x in squares(n))[-8:],
    )


def errors(n):
    out = []
    for make in (
        lambda: sum(failing(n)),
        lambda: list(failing(n)),
        lambda: min(x for x in ()),
        lambda: sum("a" for x in squares(n)),
        lambda: "".join(x for x in squares(n)),
        lambda: max(squares(n) if x else 0 for x in squares(n)),
        lambda: set([x] for x in squares(n)),
    ):
        try:
            out.append(make())
        except Exception as error:
            names = [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
            out.append((type(error).__name__, str(error), names))
    return out


def closing(n):
    try:
        for i in range(n):
            yield i
    finally:
        print("closed by", sys._getframe(1).f_code.co_name)


def again(n):
    g = squares(n)
    return any(x > 100 for x in g), sum(g), sum(g), list(g)


class Loud:
    def __del__(self):
        print("dies in", sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno)


def holding(n):
    loud = Loud()
    for i in range(n):
        yield i


class Odd:
    def __init__(self, value):
        self.value = value

    def __radd__(self, other):
        return "sum of odds" if self.value == 3 else 0

    def __lt__(self, other):
        print("lt in", sys._getframe(1).f_code.co_name)
        return self.value < other.value

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        return self.value == other.value


def odds(n):
    return sum(Odd(1) for _ in range(n)), min(Odd(x) for x in range(3)).value, len(set(Odd(x % 4) for x in range(n)))


last = None
for round in range(70):
    now = all_of_them(40)
    if now != last:
        print(now)
    last = now
for round in range(45):
    found = errors(30)
    if round % 22 == 0:
        print(*found, sep="\n")
    if round % 15 == 0:
        print(sum(looking(25)), any(x > 5 for x in closing(20)), all(x < 5 for x in closing(20)))
        print(again(30), sum(holding(20)), odds(6))

sum = len  # no longer the built-in function
print(all_of_them.__name__, sum(list(squares(9))))
