"""The chaos game: a point jumps half-way to a random corner; a vector class with operators."""

from __future__ import annotations


class Vector:
    def __init__(self, x: float = 0.0, y: float = 0.0) -> None:
        self.x = x
        self.y = y

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor: float) -> Vector:
        return Vector(self.x * factor, self.y * factor)

    def length(self) -> float:
        return (self.x * self.x + self.y * self.y) ** 0.5


class Random:
    """A linear congruential generator: the same numbers everywhere."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, limit: int) -> int:
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return (self.state >> 8) % limit


class ChaosGame:
    def __init__(self, corners: list[Vector], size: int) -> None:
        self.corners = corners
        self.size = size
        self.image = [[0] * size for _ in range(size)]
        self.random = Random(20)

    def transform(self, point: Vector) -> Vector:
        corner = self.corners[self.random.below(len(self.corners))]
        return point + (corner - point) * 0.5

    def play(self, rounds: int) -> float:
        point = Vector(0.3, 0.2)
        travelled = 0.0
        for _ in range(rounds):
            moved = self.transform(point)
            travelled += (moved - point).length()
            point = moved
            column = int(point.x * self.size)
            row = int(point.y * self.size)
            self.image[row][column] += 1
        return travelled


def run() -> object:
    game = ChaosGame([Vector(0.0, 0.0), Vector(0.999, 0.0), Vector(0.5, 0.866)], 64)
    travelled = game.play(300_000)
    return repr(travelled), sum(i * v for i, row in enumerate(game.image) for v in row), max(map(max, game.image))
