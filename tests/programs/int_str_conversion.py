"""int() of strings and str() of ints, with errors."""
def f():
    t = 0; errors = []
    for i in range(400):
        s = str(i * 7919) if i % 13 else ["", "x", " 12 ", "1_000", "0x1f", "-5", "+7", "\u0663"][i // 13 % 8]
        try: t += int(s)
        except ValueError as e: errors.append(str(e))
        t += int(s, 16) if s.isdigit() else 0
    return t, errors
print(f())
