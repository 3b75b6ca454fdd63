"""Attributes of instances in a list, updated in a loop."""


class Particle:
    def __init__(self, x: float, y: float, vx: float, vy: float) -> None:
        self.x = x
        self.y = y
        self.vx = vx
        self.vy = vy
        self.bounces = 0


def make(count: int) -> list[Particle]:
    return [
        Particle(i % 97 / 97.0, i % 89 / 89.0, (i % 13 - 6) / 20.0, (i % 11 - 5) / 20.0)
        for i in range(count)
    ]


def step(particles: list[Particle], dt: float) -> None:
    for p in particles:
        p.x += p.vx * dt
        p.y += p.vy * dt
        if p.x < 0.0 or p.x > 1.0:
            p.vx = -p.vx
            p.bounces += 1
        if p.y < 0.0 or p.y > 1.0:
            p.vy = -p.vy
            p.bounces += 1


def run() -> object:
    particles = make(1000)
    for _ in range(4000):
        step(particles, 0.01)
    return repr(sum(p.x * p.y for p in particles)), sum(p.bounces for p in particles)
