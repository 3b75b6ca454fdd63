"""A generator that calls itself while running, and is collected half-way."""
def g():
    try:
        while True: yield next(it) if state["again"] else state["n"]
    except ValueError as e: log.append(str(e))
    finally: log.append("closed")
log = []; state = {"again": False, "n": 0}
def f():
    global it
    out = []
    for k in range(30):
        it = g()
        for i in range(20):
            state["n"] = i; state["again"] = i == 15
            try: out.append(next(it))
            except StopIteration: out.append("stop"); break
        state["again"] = False
    return len(out), out[:18]
print(f(), log[:4], len(log))
