"""code.replace, functions sharing one code object, and types.FunctionType copies."""
import types
def g(x): return x + K
K = 1
def f():
    h = types.FunctionType(g.__code__, {"K": 100}); r = types.FunctionType(g.__code__.replace(co_name="r"), {"K": 1000}); t = 0
    for i in range(200):
        for c in (g, h, r): t += c(i)
        if i == 100: h.__globals__["K"] = 0.5
    return t, r.__code__.co_name
print(f())
