"""Loops at module level: names are globals."""
total = 0
i = 0
while i < 2000:
    total += i % 3
    i += 1
for j in range(500):
    total -= j & 1
    exec("total += 1")
squares = [k * k for k in range(300) if k % 2]
print(total, i, j, sum(squares))
class C:
    acc = 0
    for q in range(400):
        acc += q
print(C.acc, C.q)
