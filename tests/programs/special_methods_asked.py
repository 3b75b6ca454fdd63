"""__eq__ and __lt__ in conditions, __len__ by len() and for truth, __contains__: inlined, and results of the wrong kind."""
import sys


class Key:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        if not isinstance(other, Key):
            return NotImplemented
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n

    def __hash__(self):
        return self.n % 3


class Bag:
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __contains__(self, x):
        for i in self.items:
            if i == x:
                return True
        return False


class Odd(Bag):
    result = 3
    truth = True

    def __len__(self):
        return self.result

    def __contains__(self, x):
        return self.truth

    def __eq__(self, other):
        return self.truth


class Index:
    def __index__(self):
        return 7


def compared(keys):
    n = 0
    for a in keys:
        if a == keys[3]:
            n += 1
        if a != keys[4]:
            n += 10
        if a < keys[2]:
            n += 100
        elif not (a == keys[1]):
            n += 1000
        while a == keys[0]:
            n += 5
            break
    return n


def asked(bags, rounds):
    n = 0
    for i in range(rounds):
        b = bags[i % len(bags)]
        if b:
            n += 1
        if not b:
            n += 10
        n += len(b)
        if i % 5 in b:
            n += 100
        if i % 7 not in b:
            n += 1000
    return n


def try_it(f, *args):
    try:
        return f(*args)
    except Exception as e:
        tb = e.__traceback__
        lines = []
        while tb:
            lines.append(tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno)
            tb = tb.tb_next
        return type(e).__name__, str(e), lines


def odd_results():
    odd = Odd([1, 2])
    for results in ([3] * 60, [3] * 30 + [-1], [2] * 30 + [sys.maxsize + 1], [1] * 30 + ["x"], [0] * 30 + [Index()], [4] * 30 + [True]):
        def run():
            n = 0
            for r in results:
                Odd.result = r
                n += len(odd)
                if odd:
                    n += 1
            return n
        print(try_it(run))
    for truths in ([True] * 30 + [[]], [False] * 30 + [[1]], [1] * 40, [True, False] * 20, [True] * 30 + [NotImplemented]):
        def run():
            n = 0
            for t in truths:
                Odd.truth = t
                if 5 in odd:
                    n += 1
                if 5 not in odd:
                    n += 10
                if odd == 4:
                    n += 100
            return n
        print(try_it(run))


def mixed(values):
    n = 0
    for a in values:
        for b in values:
            if a == b:
                n += 1
    return n


def main():
    keys = [Key(i % 6) for i in range(60)]
    print(compared(keys))
    print(asked([Bag([1, 2, 3])], 60), asked([Bag([1, 2, 3]), Bag([]), Bag([0])], 80))
    odd_results()
    print(mixed([Key(1), Key(2), 1, "x", None, Key(1)] * 6))
    print(sorted([k.n for k in sorted(keys)])[:5], len(set(keys)))


main()
