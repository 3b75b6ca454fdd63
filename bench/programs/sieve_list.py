"""The sieve of Eratosthenes on a list of bools."""


def count_primes(limit: int) -> int:
    is_prime = [True] * (limit + 1)
    is_prime[0] = is_prime[1] = False
    i = 2
    while i * i <= limit:
        if is_prime[i]:
            j = i * i
            while j <= limit:
                is_prime[j] = False
                j += i
        i += 1
    count = 0
    for flag in is_prime:
        if flag:
            count += 1
    return count


def run() -> object:
    return count_primes(4_000_000)
