"""bool in integer arithmetic keeps its type rules."""
def f():
    out = []
    for i in range(200):
        b = i % 3 == 0; c = i % 2 == 0
        out += [b + c, b & c, b | i, b ^ c, -b, ~i, b * 2.5, +b, b // 1, b << 2, b < c, not b]
    return [(type(x).__name__, x) for x in out[:24]], sum(map(float, out))
print(f())
