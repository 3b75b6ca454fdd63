# f(*xs) with xs a list: its length differs in some rounds, it is too long for one trace, the function is Python's, C's, a class or a method,
# the list or an item dies in the call, or the function changes the list.
import weakref


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("died", self.name)


class LoudList(list):
    pass


class Pair:
    def __init__(self, a, b=7):
        self.sum = a + b

    def plus(self, *more):
        return self.sum + sum(more)


def add(a, b=2, c=3):
    return a + b * 10 + c * 100


def count(*args):
    return len(args)


def run(n):
    total = 0
    xs = [1, 2]
    for i in range(n):
        xs[0] = i
        total += add(*xs) + add(*[i]) + Pair(*xs).plus(*xs) + max(*xs) + count(*xs) + count(*[]) + add(*xs, c=i)
        if i % 40 == 39:
            xs.append(i)
        elif len(xs) > 2:
            xs.pop()
    return total


def long(n):
    total = 0
    xs = list(range(200))
    for i in range(n):
        total += count(*xs) + max(*xs, i)
    return total


def changes(n):
    xs = [1, 2, 3]

    def clears(*args):
        xs.clear()
        xs.extend(args[::-1])
        return args

    return [clears(*xs) for _ in range(n)][-1], xs


def deaths(n):
    def takes(a, b):
        print("in", a.name if isinstance(a, Loud) else a)
        return b

    for i in range(n):
        if i % 30 == 29:
            takes(*[Loud(i), 1])
            print("after", i)
            takes(*LoudList([Loud(-i), 1]))
            print("after", -i)
        else:
            takes(*[i, 1])


def wrong(n):
    for i in range(n):
        xs = [i] if i % 40 else [i] * 4
        try:
            add(*xs)
        except TypeError as e:
            print(i, e)
        try:
            count(*([i] if i % 50 else 5))
        except TypeError as e:
            print(i, e)


def gone(n):
    refs = []
    for i in range(n):
        l = LoudList([i])
        refs.append(weakref.ref(l))
        count(*l)
        del l
    return sum(r() is not None for r in refs)


print(run(300))
print(long(200))
print(changes(101))
deaths(100)
wrong(200)
print(gone(100))
