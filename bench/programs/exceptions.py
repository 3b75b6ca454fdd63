"""Exceptions raised and caught in a loop."""


class Rejected(Exception):
    pass


def check(value: int) -> int:
    if value % 3 == 0:
        raise Rejected
    return value


def lookup(table: dict[int, int], key: int) -> int:
    try:
        return table[key]
    except KeyError:
        return -1


def work(rounds: int) -> tuple[int, int, int]:
    table = {i: i * i for i in range(0, 100, 2)}
    accepted = rejected = missing = 0
    for i in range(rounds):
        try:
            accepted += check(i)
        except Rejected:
            rejected += 1
        if lookup(table, i % 100) < 0:
            missing += 1
        try:
            int_or_fail(i)
        except ValueError as error:
            rejected += len(error.args)
        finally:
            accepted += 1
    return accepted, rejected, missing


def int_or_fail(i: int) -> int:
    if i & 3 == 1:
        raise ValueError("odd one out", i)
    return i


def run() -> object:
    return work(700_000)
