"""String and bytes indices out of range, negative and huge."""
def f():
    out = []; s = "abc"; b = b"xyz"
    for i in range(-6, 6):
        for k in range(12):
            try: out.append(s[i])
            except IndexError as e: out.append(str(e))
            try: out.append(b[i])
            except IndexError as e: out.append(str(e))
    try: s[1 << 70]
    except IndexError as e: out.append(str(e))
    return out
print(f())
