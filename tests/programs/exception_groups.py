"""except* in a hot loop."""
def f():
    out = []
    for i in range(80):
        try:
            raise ExceptionGroup("g", [ValueError(i), KeyError(i)] if i % 2 else [TypeError(i), ExceptionGroup("h", [ValueError(-i)])])
        except* ValueError as e: out.append(("V", str(e), len(e.exceptions)))
        except* (KeyError, TypeError) as e: out.append(("KT", str(e)))
    return out[:6], len(out)
print(f())
