"""for over dict items beside a variable that is a float in one call and an int in the next."""
def f(p, q):
    for i, v in {k: k for k in range(60)}.items():
        l = [2, 3] + [0, 1, 1]
        q -= i
        if 1e300 < q < 1e300:
            pass
        q %= 1 << 63
    return q, l
for _ in range(3): print(f(1, 0.5), f(5, 1))
