"""Another tool's LINE and CALL events begin while a loop is hot."""
import sys
m = sys.monitoring; m.use_tool_id(2, "t"); seen = []
def g(i): return i * 2
def f():
    t = 0
    for i in range(600):
        if i == 400: m.set_events(2, m.events.PY_START | m.events.PY_RETURN)
        t += g(i)
    m.set_events(2, 0)
    return t
m.register_callback(2, m.events.PY_START, lambda c, o: seen.append(("s", c.co_name)))
m.register_callback(2, m.events.PY_RETURN, lambda c, o, v: seen.append(("r", c.co_name, v)))
print(f(), len(seen), seen[:4], seen[-2:])
m.free_tool_id(2)
