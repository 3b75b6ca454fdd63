# Slices of lists that are put together with + and never made: bounds, aliases, deaths, sequences that are no lists.
class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("died", self.name)


def rotate(items, k):
    for i in range(200):
        items[k:] = items[k + 1:] + items[k:k + 1]
        items[:k] = items[k - 1:k] + items[:k - 1]
    return items


def pieces(a, b):
    out = []
    for i in range(-30, 60):
        x = a[i:] + b[:i]
        y = a[:i] + b
        z = b + a[i:i + 3]
        w = a[i:] + a[:i]
        out.append((len(x), len(y), sum(z), w == a, a is w))
    return out[::7], sum(len(str(o)) for o in out)


def mutate(a):
    for i in range(100):
        left = a[1:]
        a[0] += 1
        b = left + a[:1]
        left.append(i)
        a[1:] = a[2:] + left[-1:]
        c = b + b[1:] + b[:1]
        a[2] = len(c)
    return a, b, c


def quick(xs):
    if len(xs) < 2:
        return xs[:]
    p = xs[0]
    low = [x for x in xs[1:] if x < p]
    high = [x for x in xs[1:] if x >= p]
    return quick(low) + [p] + quick(high)


def deaths():
    items = [Loud(i) for i in range(3)]
    for i in range(60):
        items[1:] = items[2:] + items[1:2]
        if i == 50:
            items[0:] = items[1:] + items[2:]
            print("cut", len(items))
    items[0:] = items[3:] + items[4:]
    print("end", len(items))


class Sub(list):
    def __add__(self, other):
        return "added"


def others():
    seen = []
    for i in range(120):
        a = [1, 2, 3] if i % 9 else Sub([4, 5])
        try:
            seen.append(a[1:] + ((i,) if i == 77 else [i][0:]))
        except TypeError as e:
            print(i, e)
    print(len(seen), seen[0], seen[50], seen[-1])


print(rotate(list(range(9)), 3), rotate([1, 2], 1), rotate([], 1))
print(pieces(list(range(20)), [5] * 7))
print(mutate([1, 2, 3, 4, 5]))
print(quick([i * 7919 % 1009 for i in range(300)]) == sorted(i * 7919 % 1009 for i in range(300)))
deaths()
others()
