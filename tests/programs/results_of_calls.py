"""Functions called from machine code, with loops of their own or recursive, whose results and dying locals are of every kind."""
import gc
import sys
import weakref


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __repr__(self):
        return f"P({self.x}, {self.y})"


class Loud:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        f, names = sys._getframe(1), []
        while f is not None:
            names.append(f.f_code.co_name)
            f = f.f_back
        Loud.log.append((self.name, names[0], len(names)))


def nearest(items, x):
    best, at = None, 1e30
    for item in items:
        d = abs(item - x)
        if d < at:
            best, at = item, d
    return best, at


def nested(items, n):
    total = 0.0
    for item in items:
        total += item
    p = Point(total, n)
    q = Point(p, (p, total))
    return (q, p, [n], (n, total)) if n % 2 else q


def same_twice(items, n):
    t = 0.5
    for i in items:
        t += i
    return t, t, n


def none_of_it(items, n):
    kept = Point(n, n)
    for i in items:
        kept = Point(kept.x + i, i)


def constant(items):
    for i in items:
        if i > 5:
            return "found"
    return 7.5


def big(items):
    x = 1
    for i in items:
        x = x * (i + 3)
    return x


def truth(items, n):
    for i in items:
        if i == n:
            return True
    return False


def argument(items, what):
    for i in items:
        pass
    return what


def loud_locals(items, n):
    a = Loud(("a", n))
    for i in items:
        b = Loud(("b", n, i))
    c = [Loud(("c", n)), Point(1, a)]
    return n


def loud_result(items, n):
    for i in items:
        last = Loud((n, i))
    return last, n


def returned_list(items):
    out = []
    for i in items:
        out.append((i, i * 0.5))
    return out


def tree(n):
    if n == 0:
        return None
    return tree(n - 1), Point(n, n * 0.5), tree(n - 1)


def weigh(t):
    if t is None:
        return 0, 0.0
    a, b = weigh(t[0]), weigh(t[2])
    return a[0] + b[0] + t[1].x, a[1] + b[1] + t[1].y


def refs(items, n):
    p = Point(n, n)
    for i in items:
        r = weakref.ref(p)
    return r


def run(n):
    rows = [[1, 5, 2, 8], [0.5, 2.5, 9.5], list(range(7)), [3, 7.25, 11]]
    ints = [2, 4, 6, 30]
    for k in range(n):
        row = rows[k % 4]
        out = [nearest(row, k), nested(row, k), none_of_it(row, k), constant(row), big(ints), truth(row, k % 9)]
        a, b, c = same_twice(row, k)
        p = Point(k, 0)
        out += [a is b, c, argument(row, p) is p, argument(row, row) is row, argument(row, None), returned_list(row)]
        out += [loud_locals(row, k), loud_result(row, k)[1], refs(row, k)() is None, weigh(tree(k % 5))]
        if k % 7 == 3 or k > n - 4:
            print(k, out, Loud.log)
        Loud.log.clear()


run(12)
run(80)
gc.collect()
print(len([o for o in gc.get_objects() if isinstance(o, Point)]), len([o for o in gc.get_objects() if isinstance(o, Loud)]))
