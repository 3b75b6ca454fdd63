"""Names that move between globals, builtins and nothing; exec in another dict."""
import builtins
def f():
    out = []
    for i in range(160):
        if i == 30: globals()["thing"] = 1
        if i == 60: del globals()["thing"]
        if i == 90: builtins.thing = 2
        if i == 120: globals()["thing"] = 3
        try: out.append(thing)
        except NameError as e: out.append(str(e))
    del builtins.thing
    return [out[k] for k in (0, 29, 30, 59, 60, 89, 90, 119, 120, 159)]
print(f())
space = {"__builtins__": {"range": range, "sum": lambda x: "mine"}}
exec("def g():\n    t = None\n    for i in range(100): t = sum([i])\n    return t", space)
print(space["g"]())
try: exec("def g():\n    for i in range(100):\n        if i == 70: len([])\ng()", {"__builtins__": {"range": range}})
except NameError as e: print(e)
