"""The order of steps of a pipeline of generators is the interpreter's."""
log = []
def src(n):
    for i in range(n): log.append(("src", i)); yield i
def mul(it):
    for x in it: log.append(("mul", x)); yield x * 2
def f():
    t = 0
    for x in mul(x for x in src(60) if x % 3):
        log.append(("use", x)); t += x
        if x > 90: break
    log.append("end")
    return t
print(f(), log[:12], len(log)); print(log[-4:])
