# A loop that calls a lambda with a closure is entered with one that has none: the closure is read only where the code was looked at.
def check(n, deltas, is_equal, imag=0.0):
    out = []
    for delta in deltas:
        i = n + delta
        z = complex(i, imag)
        out.append(complex.__eq__(z, i) is is_equal(delta))
        out.append(complex.__ne__(z, i) is (not is_equal(delta)))
    return all(out)


def all_checks():
    for i in range(1, 10):
        pow = 52 + i
        mult = 2 ** i
        print(check(2 ** pow, range(1, 101), lambda delta: delta % mult == 0))
        print(check(2 ** pow, range(1, 101), lambda delta: False, float(i)))
    print(check(2 ** 53, range(-100, 0), lambda delta: True))


all_checks()
