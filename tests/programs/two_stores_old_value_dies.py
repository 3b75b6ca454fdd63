"""One instruction that stores two locals: the death of what the first held leaves the trace, and the second has its new value all the same."""


class Loud:
    died = 0

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Loud.died += 1


class Each:
    def __init__(self, items):
        self.items = iter(items)

    def __next__(self):
        return 1, Loud(next(self.items))

    def __iter__(self):
        return self


def visible(items, mask, compressed):
    for it, hidden in zip(Each(items), mask):
        if not hidden:
            yield it
        elif not compressed:
            yield it[0], None


mask = [True] * 4 + [True, True, False, True] + [False] * 4
print({tuple([it[1].n for it in list(visible(range(12), mask, True))]) for _ in range(60)}, Loud.died)


def seen(n):
    words = [["a", "b", "c"][i % 3] * (i % 7) for i in range(n)]
    shown, it, word = [], None, ""
    for i in range(n):
        it, word = Loud(i), words[i]
        shown.append(word)
    return shown == words, len("".join(shown))


print(seen(300), Loud.died)


def floats(n):
    it, number, before = Loud(0), 0.5, 0.0
    for i in range(n):
        before += number
        it, number = Loud(i), number + i
    return before, number, it.n


print(floats(300), Loud.died)
