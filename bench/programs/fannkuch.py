"""Pancake flips over all permutations."""


def fannkuch(n: int) -> tuple[int, int]:
    order = list(range(n))
    count = list(range(1, n + 1))
    checksum = 0
    best = 0
    r = n
    sign = 1
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1

        if order[0]:
            stack = order[:]
            flips = 0
            first = stack[0]
            while first:
                stack[: first + 1] = stack[first::-1]
                flips += 1
                first = stack[0]
            if flips > best:
                best = flips
            checksum += sign * flips
        sign = -sign

        while True:
            if r == n:
                return checksum, best
            order.insert(r, order.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1


def run() -> object:
    return fannkuch(9)
