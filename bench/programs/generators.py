"""A pipeline of generators, and sum() over generator expressions."""

from collections.abc import Iterable, Iterator


def numbers(limit: int) -> Iterator[int]:
    i = 0
    while i < limit:
        yield i
        i += 1


def odd(values: Iterable[int]) -> Iterator[int]:
    for value in values:
        if value & 1:
            yield value


def scaled(values: Iterable[int], factor: int) -> Iterator[int]:
    for value in values:
        yield value * factor


def run() -> object:
    limit = 2_000_000
    first = sum(x * x for x in range(limit))
    second = sum(x % 1000 for x in scaled(odd(numbers(limit)), 3))
    third = sum(1 for x in numbers(limit) if x % 7 == 3)
    return first, second, third
