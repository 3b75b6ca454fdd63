"""A trace is left in a generator that goes on with yield from: what that yields comes to the loop, and the loop goes on."""


def tail(n):
    for i in range(n):
        yield 100 + i


def to_generator(n):
    for j in range(n):
        yield j
    yield from tail(3)


def to_list(n):
    for j in range(n):
        yield j
    last = yield from [7, 8]
    yield last


def returns(n):
    for j in range(n):
        yield j
    back = yield from to_value()
    yield back


def to_value():
    yield "in"
    return "back"


def collect(make):
    out = []
    for i in range(120):
        for x in make(i % 5):
            out.append(x)
    return out


def summed():
    acc = 0.5
    for i in range(120):
        acc -= sum(to_generator(i % 4))
    return acc


def listed():
    return [len(list(to_list(i % 3))) for i in range(120)]


for make in (to_generator, to_list, returns):
    out = collect(make)
    print(make.__name__, len(out), out[-12:])
print(summed())
print(sum(listed()), listed()[-6:])


def flat():
    out = []
    for i in range(120):
        for x in to_generator(4):
            out.append(x)
    return out


def fixed():
    acc = 0.5
    for i in range(120):
        acc -= sum(to_list_always(4))
    return acc


def to_list_always(n):
    for j in range(n):
        yield j
    yield from [7, 8]


print(len(flat()), flat()[-8:])
print(fixed())
