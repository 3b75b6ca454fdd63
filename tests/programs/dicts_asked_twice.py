"""The same key asked for more than once in a round: what was found stays only while nothing changes the dict or set."""


def counted(words):
    counts = {}
    for w in words:
        if w in counts:
            counts[w] += 1
        elif w.upper() in counts:
            counts[w] = counts[w.upper()]
        else:
            counts[w] = 1
    return counts


def changed_between(keys):
    d, out = {"a": 0}, []
    for k in keys:
        before = k in d
        if before:
            x = d[k]
            d[k] = x + 1
            out.append((x, d[k], k in d))
            del d[k]
        else:
            d[k] = 0
        out.append((before, k in d, d.get(k), d.get(k, 5)))
    return out


class Key:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __hash__(self):
        self.log.append("h" + self.name)
        return 7

    def __eq__(self, other):
        self.log.append("e" + self.name)
        return isinstance(other, Key) and self.name == other.name


def asked(n):
    log = []
    d = {Key("a", log): 1}
    k = Key("a", log)
    for i in range(n):
        if k in d:
            d[k] += d[k]
    return d[k], len(log), log[-6:]


def sets(items):
    seen, out = set(), 0
    for x in items:
        if x in seen and x in seen:
            out += 1
            if out % 5 == 0:
                seen.discard(x)
        if x not in seen:
            seen.add(x)
            out += x in seen
    return out, sorted(seen)


def other_dict(n):
    one, two = {"k": 1}, {"k": 2}
    out = []
    for i in range(n):
        a = one["k"]
        two["k"] = a + i
        out.append(one["k"] + two["k"])
        if i % 3 == 0:
            one = two
        elif i % 7 == 0:
            one = {"k": i}
    return out


for _ in range(3):
    words = "to be or not to be that is the question Be TO".split() * 20
    print(counted(words))
    print(changed_between(list("abacabadabacaba") * 4)[-8:])
    print(asked(40))
    print(sets([1, 2, 3, 2, 1] * 30), sets(["a", "b", "a"] * 20))
    print(other_dict(60))
