# A function or generator that only its frame's caller has, left inside its body by a trace or a side trace, dies with that frame.


class Loud:
    alive = 0

    def __init__(self, n):
        self.n = n
        Loud.alive += 1

    def __del__(self):
        Loud.alive -= 1


def add(a, b):
    if a.n % 3 == 1:
        raise TypeError(a.n)
    return a.n + b if a.n % 7 else ()


def called(n):
    out = []
    for i in range(n):
        a = Loud(i)
        for f in (lambda: add(a, 1), lambda: add(a, "x"), lambda: a.n):
            try:
                out.append(f())
            except TypeError as e:
                out.append(str(e)[:9])
    return len(out), out[-7:]


def consumed(n):
    out = []
    for i in range(n):
        a = Loud(i)
        out += tuple(a.n + x for x in range(i % 11) if x * 37 % 5 % 2)
        out.append(sum(a.n for x in range(i % 5) if x % 2))
    return len(out), sum(out)


def endings(a, n):
    while n > 0:
        for ending in (".py", ".txt", ""):
            yield str(a.n) + ending
            n -= 1


def followed(n):
    t = 0
    for i in range(n):
        for text in endings(Loud(i), i % 13):
            t += len(text)
    return t


for work in called, consumed, followed:
    for n in 60, 90, 60:
        print(work.__name__, work(n), Loud.alive)
