# Loops inside loops that are compiled each by itself: from the end of the inner one on the way goes to the head of one with fewer
# entries on the operand stack; what the inner loop's iterator held dies when it did.
class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        if self.name % 50 == 0:
            print("died", self.name)


class Counted:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


def solve(depth, free, pieces, found):
    for p in pieces:
        candidates = [frozenset((p + k) % 9 for k in range(j)) for j in range(1, 4)]
        for c in candidates:
            if c <= free:
                board = [0] * 9
                for i in c:
                    board[i] = p
                if len(pieces) > 1:
                    rest = pieces[:]
                    rest.remove(p)
                    left = free - c
                    if left and min(left) < 8:
                        solve(depth + 1, left, rest, found)
                else:
                    found.append((depth, sum(board)))
                    if len(found) > 4000:
                        return


def three(n):
    total = 0
    for i in range(n):
        row = [Loud(i * 10 + k) for k in range(3)]
        for loud in row:
            for bit in {1, 2, loud.name % 7}:
                total += bit
            for x in Counted(4):
                total += x
            if total % 3 == 0:
                continue
            for key, value in {"a": 1, "b": total % 5}.items():
                total += value
                if value == 3:
                    break
            else:
                total += 1
        del row, loud
    return total


def raises(n):
    seen = []
    for i in range(n):
        for j in (1, 2, 3):
            try:
                for k in {i, j, 10}:
                    if k == 3:
                        raise ValueError(k)
                    seen.append(k)
            except ValueError as e:
                seen.append(e.args[0] + 100)
        while i > 5:
            i -= 2
            seen.append(i)
    return len(seen), sum(seen)


found = []
solve(0, frozenset(range(9)), [1, 3, 4, 6, 8], found)
print(len(found), sum(a * b for a, b in found))
print(three(120))
print(raises(150))
