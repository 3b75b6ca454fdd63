"""Operands that took the place of a loop's iterator are nobody's while a call runs."""
def charset(charmap, tail, flag):
    out = []
    runs = []
    q = 0
    while True:
        p = charmap.find(1, q)
        if p < 0:
            break
        if len(runs) >= 2:
            runs = None
            break
        q = charmap.find(0, p)
        if q < 0:
            runs.append((p, len(charmap)))
            break
        runs.append((p, q))
    if runs is not None:
        for p, q in runs:
            if q - p == 1:
                out.append(("one", p))
            else:
                out.append(("range", (p, q - 1)))
        out += tail
        if flag or len(out) < 2:
            return out, flag
        return charmap, flag
    return None
for k in range(400):
    charmap = bytearray(20)
    for i in range(20):
        if k * 2654435761 >> i & (1 if k % 3 else 5) == 1:
            charmap[i] = 1
    if k % 4 == 0:
        charmap = bytearray(20)
        charmap[k % 11:k % 20] = b"\1" * (k % 7)
    got = charset(charmap, [("tail", k)], k % 5 == 0)
    if k % 40 < 5:
        print(got)
class Noisy:
    def __init__(self, n, log):
        self.n = n
        self.log = log
    def __del__(self):
        self.log.append(("dies", self.n))
    def __iadd__(self, other):
        self.log.append(("adds", self.n, other))
        return Noisy(self.n + 100, self.log)
def lifetimes(rounds):
    log = []
    for k in range(rounds):
        o = Noisy(k, log)
        for x in [1, 2]:
            pass
        o += x
        log.append("after")
        o += x
        del o
        log.append("end")
    return log
log = lifetimes(60)
print(log[:8], log[-8:], len(log))
