"""Small functions and methods called in a loop."""


def clamp(value: int, low: int, high: int) -> int:
    if value < low:
        return low
    if value > high:
        return high
    return value


def mix(a: int, b: int = 3) -> int:
    return (a * 31 + b) & 0xFFFF


class Counter:
    def __init__(self, step: int) -> None:
        self.step = step
        self.value = 0

    def advance(self) -> int:
        self.value += self.step
        return self.value

    def is_even(self) -> bool:
        return self.value % 2 == 0

    @staticmethod
    def scale(value: int) -> int:
        return value * 2

    def weighted(self, weight: int) -> int:
        return self.scale(self.advance()) + weight


def work(rounds: int) -> int:
    counter = Counter(3)
    total = 0
    for i in range(rounds):
        total += clamp(mix(i), 100, 60_000)
        total += counter.weighted(i & 7)
        if counter.is_even():
            total = mix(total, i)
    return total


def run() -> object:
    return work(1_000_000)
