"""What dies in a loop holds a few others: shared ones live on, finalizers of the last references run at once."""
import weakref


class Plain:
    def __init__(self, a, b):
        self.a = a
        self.b = b


class Loud:
    def __init__(self, name, log):
        self.name = name
        self.log = log

    def __del__(self):
        self.log.append(self.name)


def nested(n):
    log = []
    shared = Plain(1, 2)
    loud = Loud("kept", log)
    for i in range(n):
        p = Plain(Plain(shared, [shared, shared]), (shared, i))
        q = Plain(p.a, [p])
        p = q = None
        log.append(i)
    loud = None
    return log


def loud_inside(n):
    log = []
    for i in range(n):
        p = Plain([Plain(Loud(i, log), None)], 0)
        log.append("made")
        p = None
        log.append("gone")
    return log


def twice_in_one(n):
    log = []
    for i in range(n):
        loud = Loud(i, log)
        p = Plain(loud, loud)
        t = (p, [loud], loud)
        loud = None
        log.append("held")
        p = None
        log.append("still")
        t = None
        log.append("gone")
    return log


def watched(n):
    log = []
    for i in range(n):
        inner = Plain(i, None)
        p = Plain(inner, [inner])
        ref = weakref.ref(inner, lambda _: log.append("dead"))
        inner = None
        log.append(ref() is not None)
        p = None
        log.append(ref() is None)
    return log


def many(n):
    log = []
    pool = [Plain(i, i) for i in range(12)]
    for i in range(n):
        p = Plain(list(pool), tuple(pool[:9]))
        p = None
        log.append(len(pool))
        if i == n - 3:
            p = Plain(pool + [Loud("last", log)], None)
            p = None
            log.append("behind")
    return log


for n in (3, 40):
    print(nested(n), loud_inside(n), twice_in_one(n), watched(n), many(n))
