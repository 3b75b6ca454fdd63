"""A loop below one over a range and one over a list (which 3.15 keeps on the stack as a sequence and an index): exits that find the other
kind still write the loop's own variable."""


class Cells:
    def __init__(self, n):
        self.cells = [list(range(n)) for _ in range(n)]

    def remove(self, i, v):
        if v in self.cells[i]:
            self.cells[i].remove(v)
            return True
        return False


def sweep(cells, outer, low, high):
    changed = 0
    for i in outer:
        for num in range(7):
            if num < low or num > high:
                if cells.remove(i, num):
                    changed += 1
    return changed


total = 0
for k in range(120):
    cells = Cells(7)
    total += sweep(cells, range(7), k % 3, 6)
    total += sweep(cells, [1, 2, 3], 1, 5)
    total += sweep(cells, (4, 5), 2, 4 + k % 2)
    if k % 10 == 0:
        total += sweep(cells, range(k % 7), 3, 3)
print(total)
