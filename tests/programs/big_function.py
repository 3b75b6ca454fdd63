"""A long loop body with many paths, longer than one trace may like."""
src = ["def f(n):", "    t = 0", "    for i in range(n):"]
for k in range(400):
    src.append(f"        t = (t * {k % 7 + 1} + i + {k}) % 100003")
    if k % 40 == 0: src.append(f"        if i % {k // 40 + 2} == 0: t += {k}")
src.append("    return t")
ns = {}
exec("\n".join(src), ns)
print(ns["f"](500))
