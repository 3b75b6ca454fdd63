"""An integer while loop with a branch: sums, shifts, // and %."""


def work(limit: int) -> int:
    total = 0
    i = 0
    while i < limit:
        if i % 3 == 0:
            total += i >> 1
        else:
            total += i // 7 - (i & 15)
        if total > 1_000_000_000:
            total -= 1_000_000_000
        i += 1
    return total


def run() -> object:
    return work(4_000_000)
