"""An uncaught exception with a cause and a context from a hot loop."""
class Broken(Exception): pass
def g(i):
    try:
        return 100 // (90 - i)
    except ZeroDivisionError as e:
        try:
            {}["k"]
        except KeyError:
            raise Broken("at", i) from e
def f():
    t = 0
    for i in range(200): t += g(i)
f()
