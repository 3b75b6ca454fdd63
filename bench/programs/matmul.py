"""Matrix multiplication on lists of lists."""


def make(n: int, seed: int) -> list[list[float]]:
    return [[(i * seed + j * 7) % 17 / 4.0 for j in range(n)] for i in range(n)]


def multiply(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    n = len(a)
    m = len(b[0])
    inner = len(b)
    result = [[0.0] * m for _ in range(n)]
    for i in range(n):
        row = a[i]
        out = result[i]
        for j in range(m):
            total = 0.0
            for k in range(inner):
                total += row[k] * b[k][j]
            out[j] = total
    return result


def run() -> object:
    product = multiply(make(200, 3), make(200, 5))
    return repr(sum(product[i][i] for i in range(200))), repr(product[17][80])
