"""A cell that the trace has by two names, one of them a constant: what was loaded by the one is overwritten by the other.

Each value is still in a local when its cell gets the next one, and loses the local after that.
"""


def swapped(variable, cell):
    def holder():
        return cell

    for _, variable in {key: key for key in range(60)}.items():
        variable += holder()
        for _ in [0, 1, 1]:
            variable, cell = (cell, variable)
    print(type(variable), type(cell), variable, cell)


def added(cell, step):
    def add(number):
        nonlocal cell
        cell = cell + number

    for _ in enumerate("abcdefg" * 8):
        pair = (cell, add(step))
        first, nothing = pair
        first %= 1 << 63
    print(first, nothing, cell)


class Number:
    def __init__(self, value):
        self.value = value

    def __del__(self):
        if self.value % 16 == 0:
            print("gone", self.value)


def replaced(cell):
    def replace():
        nonlocal cell
        cell = Number(cell.value + 1)

    first = cell
    for _ in range(100):
        kept = (cell, replace())
        first, nothing = kept
    print(first.value, nothing, cell.value)


swapped(1, 0.5)
added(1.5, 2)
added(1 << 70, 2)
replaced(Number(1))
