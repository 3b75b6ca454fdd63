# Objects that lie on the operand stack where a loop's iterator was, when a side trace begins behind the loop, die in time.
class Note:
    kind = None

    def __init__(self, **attributes):
        self.attributes = {}
        for name, value in attributes.items():
            self.attributes[name] = value
        if self.kind is None:
            self.kind = self.__class__.__name__

    def __del__(self):
        died.append(self.attributes["n"])


class Loud(Note):
    pass


class Quiet(Note):
    kind = "quiet"


died = []


def run(rounds):
    for n in range(rounds):
        kind = (Note, Loud, Quiet)[n % 3]
        note = kind(n=n, text="x")
        assert note.kind in ("Note", "Loud", "quiet")


run(400)
print(len(died), died[:10], died[-3:])


# Methods of C types as values: of which object they are is no part of a trace, and no object lives longer for it.
class Item:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        died.append(self.n)


def fill(rows, to=None):
    kept = [] if to is None else to
    put = kept.append
    for row in rows:
        for n in row:
            put(Item(n))
            put(n)
    count = len(kept)
    return count


rows = [list(range(i, i + 12)) for i in range(8)]
for again in range(12):
    died.clear()
    print(fill(rows), len(died), sum(died))


def look(tables):
    found = 0
    for table in tables:
        get, has = table.get, table.__contains__
        for key in "abcabdxabc":
            found += get(key, 0)
            found += has(key)
        take = table.pop
        for key in "ab":
            found += take(key)
    return found


print(look([dict.fromkeys("abc", n) for n in range(40)]))


class Sized(dict):
    def get(self, key, other=None):
        return 1000


print(look([Sized.fromkeys("abc", n) if n % 3 else dict.fromkeys("abc", n) for n in range(40)]))


def joined(parts):
    text = []
    for part in parts:
        find, upper = part.find, part.upper
        for c in "abc":
            text.append(upper()[find(c)])
    return "".join(text)


print(joined(["abc", "cab", "xaybzc", "bbb"] * 10))

try:
    for value in [["a"], ["b"], ["c"], ("d",)] * 5:
        index = value.index
        for _ in range(4):
            index(value[0])
        index("d")
except ValueError as error:
    print(type(error).__name__)
