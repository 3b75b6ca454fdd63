"""In which order the locals of a frame die: returned from, left by an exception, of a generator that ended or was closed."""


class L:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


log = []


def plain(x):
    a = L("a")
    b = L("b")
    c = L("c")
    return x


def raising(x):
    a = L("ra")
    b = L("rb")
    c = L("rc")
    raise KeyError(x)


def middle(x):
    d = L("md")
    e = L("me")
    raising(x)


def made():
    a = L("ga")
    b = L("gb")
    c = L("gc")
    yield 1


def listed(n):
    return sum(len(x.name) for x in [L("la"), L("lb"), L("lc")][:n])


def run(n):
    for i in range(n):
        plain(i)
        try:
            raising(i)
        except KeyError:
            log.append("caught")
        try:
            middle(i)
        except KeyError as e:
            log.append(e.args)
        for x in made():
            log.append(x)
        for x in made():
            break
        g = made()
        next(g)
        g = None
        log.append("closed")
        listed(3)
        for x in (y.name for y in (L("xa"), L("xb"))):
            log.append(x)
        log.append((lambda p, q: p.name + q.name)(L("pa"), L("pb")))
        log.append("end")


for n in (1, 2, 40):
    run(n)
    print(log)
    log.clear()
