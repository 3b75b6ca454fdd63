"""range and enumerate with bounds beyond 64 bits."""
def f():
    out = []
    for i in range((1 << 63) - 60, (1 << 63) + 60): out.append(i & 1023)
    for i in range(1 << 70, (1 << 70) - 300, -3): out.append(i % 1000)
    for i, x in enumerate("a" * 200, (1 << 63) - 100): out.append(i % 7)
    return sum(out), out[-3:], len(range(1 << 62)), (1 << 80) in range(1 << 81)
print(f())
