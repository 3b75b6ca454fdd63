"""exec, eval and compile that see and change globals while a loop is hot."""
G = 1
def f():
    out = []
    for i in range(100):
        if i == 50: exec("global G\nG = 'changed'")
        if i == 70: exec("G = 2.5", globals())
        out.append((eval("G"), G, eval("i + 1")))
        if i == 80: exec("def helper(x): return x * 2", globals())
        if i > 80: out.append(helper(i))
    return out[48:52], out[69:72], out[-1]
print(f())
