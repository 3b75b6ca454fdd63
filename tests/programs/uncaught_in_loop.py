"""An uncaught exception in a loop at module level: traceback and exit code."""
xs = list(range(600)) + ["x"]
total = 0
for x in xs:
    total += x
