"""x += 'text' on a local is linear: this must end."""
def f():
    s = ""
    for i in range(200000):
        s += "x"
    return len(s)
print(f())
