# An iterator that came to its end has let its sequence go: nothing more comes out when the sequence grows, and what only it kept dies there.
class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


log = []


def grow(n):
    found = []
    for i in range(n):
        a = [1, 2, 3]
        it = iter(a)
        for x in it:
            pass
        a.append(4)
        found += list(it)
    return found


def states(n):
    seen = set()
    for i in range(n):
        for kind in ([1, 2], (1, 2), [], ()):
            it = iter(kind)
            for x in it:
                pass
            for x in it:
                seen.add("more")
            seen.add((type(it).__name__, repr(it.__reduce__()[1:])))
    return sorted(seen)


def last_keeper(n):
    del log[:]
    for i in range(n):
        it = iter([Loud(i), Loud(-i)])
        for x in it:
            x = None
        log.append("over")
        it = None
    return log


def shared(n):
    total = 0
    for i in range(n):
        it = iter([1, 2, 3, 4, 5])
        for x in it:
            for y in it:
                total += x * y
                if y == 3:
                    break
            total += next(it, 100)
    return total


def names_are_counted():
    import gc

    def fresh(self, other, *, key=1):
        return self is other

    def run():
        for i in range(300):
            fresh(i, i)

    before = sum(type(o) is tuple and o[:2] == ("self", "other") for o in gc.get_objects())
    run()
    return sum(type(o) is tuple and o[:2] == ("self", "other") for o in gc.get_objects()) - before


print(grow(300))
print(states(300))
print(last_keeper(300))
print(shared(300))
print(names_are_counted())
