"""The sieve of Eratosthenes on a bytearray."""


def count_primes(limit: int) -> int:
    composite = bytearray(limit + 1)
    i = 2
    while i * i <= limit:
        if not composite[i]:
            for j in range(i * i, limit + 1, i):
                composite[j] = 1
        i += 1
    count = 0
    for k in range(2, limit + 1):
        if composite[k] == 0:
            count += 1
    return count


def run() -> object:
    return count_primes(4_000_000)
