"""Branches of a loop that come back to its head with what the loop took from before it: the same, changed, or of another type."""


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


class Other:
    def __init__(self, x):
        self.y = 7
        self.x = x


def same_objects(p, n):
    total = rare = 0
    for i in range(n):
        if i % 3 == 0:
            total += p.x
        elif i % 7 == 0:
            rare += p.y
        elif i % 11 == 0:
            total -= 1
        else:
            total += i & 3
    return total, rare


def changed_attribute(p, n):
    total = 0
    for i in range(n):
        if i % 5 == 4:
            p.x += 1
        elif i % 17 == 16:
            p.x = 0.5
        elif i % 29 == 28:
            p.x = 3
        else:
            total += p.x
    return total, p.x


def another_object(n):
    p = Point(1, 2)
    seen = []
    i = 0
    while i < n:
        i += 1
        if i % 13 == 0:
            p = Other(i) if i % 2 else Point(i, i)
        elif i % 4 == 0:
            seen.append(p.x)
        else:
            seen.append(p.y)
    return seen


def another_list(n):
    items = [1, 2, 3]
    total = i = 0
    while i < n:
        i += 1
        if i % 31 == 0:
            items = items + [i]
        elif i % 41 == 0:
            items = tuple(items)[:4]
            items = list(items)
        elif i % 3:
            total += items[i % 3]
        else:
            total += len(items)
    return total, items


def iterators(rows):
    total = 0
    for row in rows:
        for x in row:
            if x == 2:
                total += 10
                continue
            for y in range(x):
                if y == 1:
                    break
                total += y + x
            else:
                total += 100
        while total % 3:
            total += 1
            if total % 5 == 0:
                break
    return total


def numbers_of_paths(n):
    a, b, c, d = 0, 0.0, True, None
    for i in range(n):
        if i % 10 == 3:
            a += 1
        elif i % 10 == 5:
            b += 0.5
        elif i % 10 == 7:
            c = not c
        elif i % 10 == 9:
            d = i
        elif i % 37 == 0:
            a, b = a + 0.5, int(b)
    return a, b, c, d


def run():
    print(same_objects(Point(2, 3), 2000), same_objects(Point(2.5, 3), 2000), same_objects(Other(1 << 70), 2000))
    print(changed_attribute(Point(1, 1), 500), changed_attribute(Other(1), 500))
    print(another_object(200))
    print(another_list(300))
    print(iterators([[1, 2, 3, 0], (2, 2, 5), range(4), [0] * 9] * 6))
    print(numbers_of_paths(1000))


for _ in range(3):
    run()
