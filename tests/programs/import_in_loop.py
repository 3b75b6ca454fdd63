"""import, from-import and attribute of modules in a hot loop, with sys.modules changed."""
import sys, types
m = types.ModuleType("made_up"); m.x = 1; sys.modules["made_up"] = m
def f():
    t = 0
    for i in range(150):
        import made_up
        from made_up import x
        t += made_up.x + x
        if i == 50: m.x = 10
        if i == 100: sys.modules["made_up"] = types.SimpleNamespace(x=100)
        try: from made_up import y
        except ImportError: t += 1
    return t
print(f())
