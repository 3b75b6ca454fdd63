"""Floats accumulated in a for loop over a range."""


def series(count: int) -> float:
    total = 0.0
    step = 1.0 / count
    for i in range(count):
        x = (i + 0.5) * step
        total += 4.0 / (1.0 + x * x)
    return total * step


def run() -> object:
    return repr(series(4_000_000))
