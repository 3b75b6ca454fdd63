"""Functions that call themselves from a loop: numbers of the loop's own that change while callees run, looked at or not."""
import sys


def ways(n, k):
    total = 0
    for i in range(n):
        if i == k:
            total += 1
        total += ways(i, k)
        if i == n // 2:
            total += i * 3
    return total


print([ways(n, 2) for n in range(11)])


def depth_of(n):
    f, depth = sys._getframe(1), 0
    while f.f_code.co_name != "<module>":
        depth += f.f_locals.get("i", 0) * 100 + 1
        f = f.f_back
    return depth


def looked_at(n, every):
    x = 0.5
    seen = 0
    for i in range(n):
        x = x * 1.5 + i
        seen += looked_at(i, every)
        if i and i % every == 0:
            seen += depth_of(n)
        x -= seen % 7
    return seen + int(x)


print([looked_at(n, 3) for n in range(10)], [looked_at(9, k) for k in range(1, 9)])


class Loud:
    alive = 0

    def __init__(self, n):
        self.n = n
        Loud.alive += 1

    def __del__(self):
        Loud.alive -= 1
        f = sys._getframe(1)
        Loud.last = self.n, f.f_code.co_name, f.f_locals.get("i")


def holds(n):
    mine = None
    count = 0
    for i in range(n):
        if i % 3 == 2:
            mine = Loud(i)
        count += holds(i) + 1
    return count


for n in range(11):
    print(holds(n), Loud.alive, getattr(Loud, "last", None))


def fails(n, at):
    done = 0
    for i in range(n):
        try:
            done += fails(i, at)
        except KeyError as e:
            done += len(e.args[0]) + i
        done += 1
        if done == at:
            raise KeyError("x" * i)
    return done


out = []
for at in range(1, 60):
    try:
        out.append(fails(7, at))
    except KeyError as e:
        out.append((e.args, e.__traceback__.tb_next.tb_frame.f_locals["i"]))
print(out)


def lines(n, rows):
    for i in range(n):
        rows.append((n, i, sys._getframe().f_lineno - lines.__code__.co_firstlineno))
        lines(i, rows)
    return rows


print(lines(6, [])[::7])


def changes(n):
    result = 0
    for i in range(n):
        result += changes(i)
        if n == 5:
            sys._getframe(1)
            local = locals()
            result += len(local) + i
    return result + 1


print([changes(n) for n in range(10)])


def writes(n, top=False):
    t = 0
    for i in range(n):
        t += writes(i)
        if not top and n == 3 and i == 1:
            f = sys._getframe(1)
            if sys.version_info >= (3, 13) and "t" in f.f_locals and f.f_code is writes.__code__:
                f.f_locals["t"] = 1000
        t += i
    return t


print([writes(n, True) for n in range(9)])


def deep(n, width):
    if n == 0:
        return 0
    got = 0
    for i in range(width):
        got += deep(n - 1, 1) + i
    return got


print(deep(200, 3), deep(150, 2))
try:
    deep(100000, 1)
except RecursionError as e:
    print(str(e)[:32])


def limit(n):
    try:
        return limit(n + 1)
    except RecursionError:
        return n


first = limit(0)
print({limit(0) - first for _ in range(30)})
