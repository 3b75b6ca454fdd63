"""eval, exec and compile in a hot loop; code that is thrown away."""
def f():
    t = 0; ns = {"k": 2}
    for i in range(300):
        t += eval("i * 2"); exec("k += 1", ns)
        if i % 30 == 0:
            d = {}
            exec(f"def g(n):\n    s = 0\n    for q in range(n): s += q + {i}\n    return s", d)
            t += d["g"](200)
    return t, ns["k"]
print(f())
