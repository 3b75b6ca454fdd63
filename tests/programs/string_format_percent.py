"""% formatting and str.format with changing types."""
def f():
    out = []
    for i in range(240):
        v = (i, i / 4, str(i), None, [i])[i % 5]
        out.append("%s|%r" % (v, v)); out.append("{:>8}".format(str(v))); out.append(f"{v!s:<6}|{i:04d}|{i / 3:.2f}")
        try: out.append("%d" % v)
        except TypeError as e: out.append(str(e))
    return out
for row in f()[::17]: print(row)
