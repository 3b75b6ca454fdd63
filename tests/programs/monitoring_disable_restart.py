"""sys.monitoring.restart_events re-arms what was disabled; the program sees no difference."""
import sys
M = sys.monitoring; M.use_tool_id(1, "x")
seen = []
M.register_callback(1, M.events.LINE, lambda c, l: (seen.append(l - c.co_firstlineno), M.DISABLE)[1])
def f(n):
    t = 0
    for i in range(n):
        t += i
        if i % 50 == 0: M.restart_events()
    return t
f(300)
M.set_local_events(1, f.__code__, M.events.LINE); print(f(300)); M.set_local_events(1, f.__code__, 0)
print(f(300), len(seen), seen[:12]); M.free_tool_id(1)
