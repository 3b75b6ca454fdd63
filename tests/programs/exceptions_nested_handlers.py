"""Handlers in handlers, bare raise, exceptions replaced in finally, return in finally."""
import sys
def g(i):
    try:
        try:
            if i % 4 == 0: raise KeyError(i)
            if i % 4 == 1: raise ValueError(i)
            return "ok"
        except KeyError:
            try: raise TypeError(i)
            except TypeError as e: return type(e.__context__).__name__
            finally: log.append(sys.exception() is not None)
        finally:
            if i % 8 == 5: return "finally wins"
            log.append(i)
    except ValueError:
        try: raise
        except ValueError as e: return str(e)
log = []
print([g(i) for i in range(120)][:12], len(log), sys.exception())
