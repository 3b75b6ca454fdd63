"""The longest Collatz chain below a limit."""


def chain_length(n: int) -> int:
    length = 1
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        length += 1
    return length


def longest(limit: int) -> tuple[int, int]:
    best = 0
    best_start = 0
    for start in range(1, limit):
        length = chain_length(start)
        if length > best:
            best = length
            best_start = start
    return best_start, best


def run() -> object:
    return longest(60_000)
