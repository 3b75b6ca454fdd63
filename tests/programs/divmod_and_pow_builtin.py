"""divmod, pow with three arguments, round half even."""
def f():
    out = []
    for i in range(-60, 60):
        out.append(divmod(i, 7)); out.append(divmod(i, -7)); out.append(divmod(i + 0.5, 2)); out.append(pow(3, abs(i), 11)); out.append(round(i / 2)); out.append(round(i * 10 + 5, -1)); out.append(round(2.675 * i, 2))
    return out
print(f())
