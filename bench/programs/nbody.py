"""The planets' orbits by symplectic integration, on lists and tuples."""

PI = 3.14159265358979323
SOLAR_MASS = 4 * PI * PI
YEAR = 365.24

# position, velocity in AU a day, mass in suns
BODIES = {
    "sun": ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 1.0),
    "jupiter": (
        [4.84143144246472090, -1.16032004402742839, -0.103622044471123109],
        [0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023],
        0.000954791938424326609,
    ),
    "saturn": (
        [8.34336671824457987, 4.12479856412430479, -0.403523417114321381],
        [-0.00276742510726411831, 0.00499852801234917238, 0.0000230417297573763929],
        0.000285885980666130812,
    ),
    "uranus": (
        [12.8943695621391310, -15.1111514016986312, -0.223307578892655734],
        [0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556],
        0.0000436624404335156298,
    ),
    "neptune": (
        [15.3796971148509165, -25.9193146099879641, 0.179258772950371181],
        [0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870],
        0.0000515138902046611451,
    ),
}


def make_system() -> list[tuple[list[float], list[float], float]]:
    return [
        (list(place), [v * YEAR for v in velocity], mass * SOLAR_MASS)
        for place, velocity, mass in BODIES.values()
    ]


def pairs_of(system: list) -> list[tuple]:
    return [(system[i], system[j]) for i in range(len(system)) for j in range(i + 1, len(system))]


def offset_momentum(system: list) -> None:
    px = py = pz = 0.0
    for _, velocity, mass in system:
        px -= velocity[0] * mass
        py -= velocity[1] * mass
        pz -= velocity[2] * mass
    velocity, mass = system[0][1], system[0][2]
    velocity[0] = px / mass
    velocity[1] = py / mass
    velocity[2] = pz / mass


def advance(system: list, pairs: list[tuple], dt: float, steps: int) -> None:
    for _ in range(steps):
        for (p1, v1, m1), (p2, v2, m2) in pairs:
            dx = p1[0] - p2[0]
            dy = p1[1] - p2[1]
            dz = p1[2] - p2[2]
            force = dt * (dx * dx + dy * dy + dz * dz) ** -1.5
            f1 = m2 * force
            f2 = m1 * force
            v1[0] -= dx * f1
            v1[1] -= dy * f1
            v1[2] -= dz * f1
            v2[0] += dx * f2
            v2[1] += dy * f2
            v2[2] += dz * f2
        for place, (vx, vy, vz), _mass in system:
            place[0] += dt * vx
            place[1] += dt * vy
            place[2] += dt * vz


def energy(system: list, pairs: list[tuple]) -> float:
    total = 0.0
    for (p1, _v1, m1), (p2, _v2, m2) in pairs:
        dx = p1[0] - p2[0]
        dy = p1[1] - p2[1]
        dz = p1[2] - p2[2]
        total -= m1 * m2 / (dx * dx + dy * dy + dz * dz) ** 0.5
    for _place, (vx, vy, vz), mass in system:
        total += mass * (vx * vx + vy * vy + vz * vz) / 2.0
    return total


def run() -> object:
    system = make_system()
    pairs = pairs_of(system)
    offset_momentum(system)
    before = energy(system, pairs)
    advance(system, pairs, 0.01, 60_000)
    return repr(before), repr(energy(system, pairs))
