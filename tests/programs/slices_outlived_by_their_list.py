"""The list that a part was taken of is needed after the part was made, or dies with something to say."""


def prefixed(text):
    lines = text.split("\n")
    check(lines[1:])
    return lines


def check(lines):
    for line in lines:
        if line and line == 3:
            raise ValueError(line)


def rest_or_all(text):
    words = text.split(" ")
    rest = words[1:]
    if len(text) % 3 == 0:
        return words
    if len(text) % 3 == 1:
        return rest, words
    return rest


class Loud:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        said.append(self.n)


def loud(n):
    return [Loud(n), Loud(-n), n]


def first_dies(n):
    rest = loud(n)[1:]
    said.append("made")
    if n % 3 == 0:
        return rest[0].n
    return len(rest)


def all_die(n):
    rest = loud(n)[2:]
    said.append("made")
    return rest


def run(f, args):
    out = []
    for a in args:
        out.append(f(a))
    return out


said = []
texts = ["\n".join("... some text %d" % (i * j) for j in range(1 + i % 4)) for i in range(60)]
for _ in range(6):
    print(len(run(prefixed, texts)), run(prefixed, texts)[3])
for _ in range(6):
    print(run(rest_or_all, ["a bc " + "d" * (i % 5) for i in range(60)])[-4:])
for _ in range(6):
    print(run(first_dies, range(40)), run(all_die, range(40))[-2:], said)
    said.clear()
