# Generators with hot loops of their own, driven from C and from code that is in no trace: what they yield, where they stand and what
# their locals are in between, how they end.
import collections
import itertools


def rarely(n, every):
    total = 0
    for i in range(n):
        total += i & 7
        if i % every == 0:
            got = yield total
            if got:
                total += got
    return total


def primes(limit):
    found = []
    n = 2
    while n < limit:
        for p in found:
            if n % p == 0:
                break
        else:
            found.append(n)
            yield n
        n += 1


def nested(n):
    for i in range(n):
        inner = []
        for j in range(12):
            inner.append(i * j)
        if sum(inner) % 3:
            yield tuple(inner[:3])
        else:
            yield [x for x in inner if x % 2]


def guarded(n, log):
    try:
        for i in range(n):
            k = 0
            while k < 15:
                k += 1
            try:
                yield i + k
            except KeyError as e:
                log.append(("thrown", i, k, str(e)))
            finally:
                if i % 50 == 0:
                    log.append(i)
    finally:
        log.append("closed")


def delegating(n):
    for i in range(n):
        for j in range(5):
            i += j
        result = yield from rarely(20, 6)
        yield result + i


async def waits(n):
    total = 0
    for i in range(n):
        for j in range(10):
            total += j
        if i % 4 == 0:
            total += await Ready(i)
    return total


class Ready:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        for i in range(3):
            yield i
        return self.value


async def produces(n):
    for i in range(n):
        for j in range(8):
            i += j
        yield i
        if i % 3 == 0:
            await Ready(1)


async def consumes(n):
    return [x async for x in produces(n) if x % 2]


def drive(coroutine):
    steps = 0
    while True:
        try:
            coroutine.send(None)
            steps += 1
        except StopIteration as e:
            return steps, e.value


def look(gen):
    seen = []
    for value in gen:
        f = gen.gi_frame
        seen.append((f.f_lineno - f.f_code.co_firstlineno, f.f_locals["total"] == value, gen.gi_running, gen.gi_suspended))
    return set(seen)


print(sum(rarely(5000, 3)), list(rarely(300, 50)), len(set(rarely(400, 1))))
print(list(primes(300))[-5:], sum(primes(2000)))
print(collections.deque(nested(300), maxlen=2), max(map(len, nested(200))))
log = []
print(sum(guarded(300, log)), log)
log = []
g = guarded(1000, log)
for i in range(200):
    next(g)
    if i % 60 == 59:
        print(g.throw(KeyError("k")))
g.close()
print(log)
print(sum(delegating(100)), list(itertools.islice(delegating(50), 60, 70)))
print(drive(waits(200)), drive(consumes(200)))
print(look(rarely(600, 4)))
g = rarely(100000, 5)
next(g)
print([g.send(i) for i in range(300)][-3:])
print([a + b for a, b in zip(rarely(500, 3), primes(700))][-3:])
gens = [rarely(3000, k) for k in range(2, 9)]
print(sum(next(random) for _ in range(100) for random in gens))
