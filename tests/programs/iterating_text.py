"""Loops over str and bytes that are left in the middle, end, raise, and are gone through again."""


def count(text):
    kinds = [0, 0, 0]
    for ch in text:
        if ch.isdigit():
            kinds[0] += 1
        elif ch > "\x7f":
            kinds[1] += 1
        else:
            kinds[2] += 1
    else:
        kinds.append(len(text))
    return kinds


def total(data):
    value = 0
    for byte in data:
        value = value * 3 + byte & 0xFFFF
        if byte == 255:
            break
    else:
        value = -value
    return value


def first_bad(text):
    for i, ch in enumerate(text):
        try:
            int(ch)
        except ValueError:
            return i, ch
    return None


def pairs(left, right):
    found = []
    for a in left:
        for b in right:
            if ord(a) % 7 == b % 7:
                found.append((a, b))
    return found


class Text(str):
    def __iter__(self):
        return iter("mine")


class Plain(str):
    pass


for round_ in range(30):
    print(count("a1\xe9\u1234\U0001f600z" * round_), count(""), count(Text("other")), count(Plain("plain 12")))
    print(total(bytes(range(round_, round_ * 3))), total(b"\x00\xff\x01"), total(bytearray(b"abc")), total(b""))
    print(first_bad("0123456789" * round_ + "x"), first_bad("12"))
    print(pairs("abcdefgh\xff\u20ac", bytes(range(20 + round_ % 3))))
    for mixed in ("text", b"bytes", [1, 2], (3,), range(2), {4: 5}, {6}):
        print([item for item in mixed])
