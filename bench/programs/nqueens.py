"""The eight queens by generators and sets."""

from collections.abc import Iterator


def permutations(items: range, length: int) -> Iterator[tuple[int, ...]]:
    """In lexicographic order, by swapping indices in place."""
    pool = tuple(items)
    n = len(pool)
    indices = list(range(n))
    cycles = list(range(n, n - length, -1))
    yield tuple(pool[i] for i in indices[:length])
    while n:
        for i in reversed(range(length)):
            cycles[i] -= 1
            if cycles[i] == 0:
                indices[i:] = indices[i + 1 :] + indices[i : i + 1]
                cycles[i] = n - i
            else:
                j = cycles[i]
                indices[i], indices[-j] = indices[-j], indices[i]
                yield tuple(pool[k] for k in indices[:length])
                break
        else:
            return


def queens(count: int) -> Iterator[tuple[int, ...]]:
    columns = range(count)
    for board in permutations(columns, count):
        if count == len({board[i] + i for i in columns}) == len({board[i] - i for i in columns}):
            yield board


def run() -> object:
    solutions = []
    for _ in range(5):
        solutions = list(queens(8))
    return len(solutions), solutions[0], solutions[-1], len(list(queens(7)))
