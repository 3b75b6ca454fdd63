# A string that grows in place until there is no memory: MemoryError where the interpreter raises it, and no harm done.
import resource

resource.setrlimit(resource.RLIMIT_AS, (180 << 20, 180 << 20))


def grow(start, n):
    s = start
    rounds = 0
    try:
        while rounds < n:
            s += s
            rounds += 1
    except MemoryError:
        return "no memory", rounds > 20
    return rounds, len(s)


def grow_by_other(start, n):
    s, other = start, start
    rounds = 0
    try:
        while rounds < n:
            s += other
            rounds += 1
            if rounds % 4 == 0:
                other += other
    except MemoryError:
        return "no memory", rounds > 40
    return rounds, len(s)


def grow_in_callee(start, n):
    def double(s, kept):
        s += s
        kept.append(s[-1:])
        return s

    s, kept = start, []
    try:
        for _ in range(n):
            s = double(s, kept)
    except MemoryError:
        return "no memory", len(kept) > 20, set(kept)
    return len(s), set(kept)


for start in "A", "\u00e9", "\u4e00", "xyz":
    for n in 12, 60, 14, 60:
        print(ascii(start), grow(start, n), grow_by_other(start, n * 4), ascii(grow_in_callee(start, n)))
