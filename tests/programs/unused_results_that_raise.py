# Operations whose value nobody uses still raise.
def divisions(n):
    c = 0
    for i in range(n):
        a = True
        b = 1 if i < n - 5 else 0
        try:
            a // b
        except ZeroDivisionError:
            c += 1
        try:
            i // b
        except ZeroDivisionError:
            c += 10
        try:
            i % b
        except ZeroDivisionError:
            c += 100
        try:
            i / b
        except ZeroDivisionError:
            c += 1000
        try:
            1.5 // b
        except ZeroDivisionError:
            c += 10000
    return c


def shifts(n):
    c = 0
    for i in range(n):
        try:
            i >> (350 - i)
        except ValueError:
            c += 1
        try:
            1 << (n - 5 - i & 63 if i < n - 5 else n - 5 - i)
        except ValueError:
            c += 1000
    return c


def conversions(n):
    c = 0
    nan = float("nan")
    for i in range(n):
        f = 1.5 if i < n - 7 else nan
        try:
            int(f)
        except ValueError:
            c += 1
    return c


print(divisions(500), shifts(500), conversions(500))
