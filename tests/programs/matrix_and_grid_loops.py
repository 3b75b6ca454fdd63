"""Nested lists: rows aliased, swapped and replaced in nested loops."""
def f(n):
    a = [[i * j % 7 + 0.5 for j in range(n)] for i in range(n)]; b = [[0] * n] * n; c = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            s = 0.0
            for k in range(n): s += a[i][k] * a[k][j]
            c[i][j] = s; b[i][j] += 1
        a[i], a[n - 1 - i] = a[n - 1 - i], a[i]
        if i == n // 2: a[0] = tuple(a[0]); c[0][0] = 1 << 65
    return c[0][:2], c[-1][-1], b[0], type(a[0]).__name__
print(f(12))
