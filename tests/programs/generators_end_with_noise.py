"""A generator that ends inside a trace lets go of several objects whose deaths are seen: in the interpreter's order."""

events = []


class Noisy:
    def __init__(self, tag):
        self.tag = tag

    def __del__(self):
        events.append(self.tag)


def two(n):
    for j in range(n):
        a = Noisy("a")
        b = Noisy(j)
        yield j


def three(n):
    a = Noisy("a")
    b = Noisy("b")
    c = Noisy("c")
    for j in range(n):
        yield j


def rounds(make):
    for i in range(300):
        for x in make(4):
            pass
        events.append("|")


def listed(make):
    for i in range(300):
        list(make(4))
        events.append("|")


for run in (rounds, listed):
    for make in (two, three):
        run(make)
        last = None
        for i, part in enumerate("".join(map(str, events)).split("|")):
            if part != last:
                print(run.__name__, make.__name__, i, part)
            last = part
        events.clear()
