"""The spectral norm of an infinite matrix, cut off, by the power method."""


def entry(i: int, j: int) -> float:
    diagonal = i + j
    return 1.0 / (diagonal * (diagonal + 1) // 2 + i + 1)


def times(u: list[float]) -> list[float]:
    n = len(u)
    result = []
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += entry(i, j) * u[j]
        result.append(total)
    return result


def times_transposed(u: list[float]) -> list[float]:
    return [sum(entry(j, i) * u_j for j, u_j in enumerate(u)) for i in range(len(u))]


def both(u: list[float]) -> list[float]:
    return times_transposed(times(u))


def run() -> object:
    u = [1.0] * 250
    v = u
    for _ in range(10):
        v = both(u)
        u = both(v)
    uv = vv = 0.0
    for ue, ve in zip(u, v):
        uv += ue * ve
        vv += ve * ve
    return repr((uv / vv) ** 0.5)
