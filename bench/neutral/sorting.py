"""Lists sorted by C."""


def run() -> object:
    state = 1
    values = []
    for _ in range(2000):
        state = state * 1103515245 % 2147483647
        values.append(state)
    total = 0
    for i in range(60):
        rotated = values[i:] + values[:i]
        total += sorted(rotated)[i] + sorted(map(str, rotated)).index(str(values[0]))
    return total
