"""Copies of parts of lists that are put into lists, kept over writes, looked at, or left behind."""


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone", self.name)

    def __repr__(self):
        return "Loud(%r)" % self.name


def reverse_heads(n):
    items = list(range(9))
    for i in range(n):
        k = i % 9
        items[: k + 1] = items[k::-1]
    return items


def other_lists(n):
    a = list(range(8))
    b = list(range(100, 112))
    for i in range(n):
        k = i % 7
        a[k:] = b[k : k + 8 - k]
        b[: 3] = a[5:8][::-1]
        b[2:6] = b[5:1:-1]
        b[1:4] = b[2:5]
        b[4:8] = b[3:7]
    return a, b


def other_lengths(n):
    a = list(range(10))
    for i in range(n):
        a[2:4] = a[7:4:-1]
        a[5:9] = a[0:2]
        a[1:1] = a[::3]
        del a[10:]
    return a


def kept_over_writes(n):
    a = list(range(6))
    seen = []
    for i in range(n):
        before = a[::-1]
        a[i % 6] = i
        after = a[:]
        a.append(after[0])
        a.pop(0)
        if i % 50 == 0:
            seen.append((before, after, a[1:4]))
    return seen


def put_and_kept(n):
    a = list(range(5))
    total = 0
    for i in range(n):
        a[:] = kept = a[::-1]
        a[i % 5] += 1
        total += kept[0] - a[0]
        tail = a[2:]
        a[:3] = tail
        total += len(tail) + tail[-1]
    return total, a


def is_itself(n):
    a = [1, 2, 3]
    same = 0
    for i in range(n):
        b = a[:]
        same += b is a
        same += b == a
        b[0] = i
        same += a[0]
    return same


def left_in_the_middle(n):
    a = list(range(7))
    out = []
    for i in range(n):
        part = a[i % 3 :: -1]
        if i % 97 == 96:
            out.append(part)
        first = part[0]
        a[first] = first
        if i == n - 2:
            a[1] = "text"
            a[0] = part
    return out, len(a)


def tuples(n):
    t = tuple(range(9))
    total = 0
    for i in range(n):
        total += t[::-1][i % 9] + len(t[i % 9 :: 2]) + t[:][0] + len(t[8:i % 9:-3])
    return total


def odd_steps(n):
    a = list(range(20))
    total = 0
    for i in range(n):
        step = (i % 3 + 1) * (1 if i % 5 < 3 else -1)
        total += sum(a[::step]) + len(a[i % 20 :: step]) + len(a[: -3 : step])
    return total


def zero_step(n):
    a = [1, 2, 3]
    errors = 0
    for i in range(n):
        try:
            a[:: i % 3]
        except ValueError as e:
            errors += len(str(e))
    return errors


def deaths(n):
    a = [Loud(i) for i in range(4)]
    for i in range(n):
        a[1:3] = a[2:0:-1]
        if i == n - 2:
            a[:2] = a[2:4]
    print(a)
    a[:] = a[:1]
    print("end")


def through_slices(n):
    a = list(range(6))
    s = slice(1, 4)
    total = 0
    for i in range(n):
        total += sum(a[s]) + s.stop + len(a[slice(None, i % 6)])
    return total


class Keeps:
    def __getitem__(self, key):
        return key


def slice_objects(n):
    k = Keeps()
    last = None
    for i in range(n):
        last = k[i : i + 2 : i % 3], k[:i]
    return last


def loops_over_copies(n):
    a = list(range(5))
    total = 0
    for i in range(n):
        for x in a[1:]:
            total += x
            a[x % 5] = x
        for x in a[::-1]:
            total -= x
    return total


for f in (reverse_heads, other_lists, other_lengths, kept_over_writes, put_and_kept, is_itself, left_in_the_middle, tuples, odd_steps,
          zero_step, deaths, through_slices, slice_objects, loops_over_copies):
    for n in (3, 300):
        print(f.__name__, f(n))
