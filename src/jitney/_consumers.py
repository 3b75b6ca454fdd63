"""What the built-in consumers of iterators do, written as loops that can be compiled together with the generator.

core/runtime/consumers.c puts them in the place of the built-in function for one call where a long-running generator is consumed.
They are hidden: no frame of theirs shows in tracebacks or to sys._getframe(). Their results and errors are the built-in functions'.
"""

import builtins
import sys
from math import isfinite

# Ints among floats are added as floats: since 3.14 compensated too, before only what fits a C long.
_int_is_compensated = sys.version_info >= (3, 14)
_LEAST_LONG, _MOST_LONG = -(1 << 63), (1 << 63) - 1
_int = int.__int__  # of a subclass too, whatever it defines


def sum(iterable):
    total = 0
    for item in iterable:
        total = total + item
        # Beyond a C long the built-in function adds as + does from there on, whatever comes.
        if (
            (type(item) is int or type(item) is bool)
            and (-_MOST_LONG <= item <= _MOST_LONG or item == _LEAST_LONG)
            and (-_MOST_LONG <= total <= _MOST_LONG or total == _LEAST_LONG)
        ):
            continue
        break
    else:
        return total
    if type(total) is complex:
        return builtins.sum(iterable, total)
    if type(total) is float:
        # Neumaier's compensated sum, as the built-in function has it since 3.12.
        lost = 0.0
        for item in iterable:
            if type(item) is float:
                value = item
            elif isinstance(item, int) and _int_is_compensated:
                value = float(_int(item))
            elif isinstance(item, int) and _LEAST_LONG <= _int(item) <= _MOST_LONG:
                total += float(_int(item))
                continue
            else:
                value = None
            if value is not None:
                new = total + value
                if (total if total >= 0.0 else -total) >= (value if value >= 0.0 else -value):
                    lost += (total - new) + value
                else:
                    lost += (value - new) + total
                total = new
                continue
            if lost and isfinite(lost):
                total += lost
            total = total + item
            if type(total) is complex:
                return builtins.sum(iterable, total)
            break
        else:
            if lost and isfinite(lost):
                total += lost
            return total
    for item in iterable:
        total = total + item
    return total


def any(iterable):
    for item in iterable:
        if item:
            return True
    return False


def all(iterable):
    for item in iterable:
        if not item:
            return False
    return True


def list(iterable):
    return [item for item in iterable]


def tuple(iterable):
    return (*[item for item in iterable],)


def set(iterable):
    return {item for item in iterable}


def frozenset(iterable):
    return builtins.frozenset({item for item in iterable})


def sorted(iterable):
    result = [item for item in iterable]
    result.sort()
    return result


def min(iterable):
    found = False
    for item in iterable:
        if not found:
            best = item
            found = True
        elif item < best:
            best = item
    if not found:
        raise ValueError("min() iterable argument is empty")
    return best


def max(iterable):
    found = False
    for item in iterable:
        if not found:
            best = item
            found = True
        elif item > best:
            best = item
    if not found:
        raise ValueError("max() iterable argument is empty")
    return best


def join(separator, iterable):
    return separator.join([item for item in iterable])


consumers = {
    builtins.sum: sum,
    builtins.any: any,
    builtins.all: all,
    builtins.list: list,
    builtins.tuple: tuple,
    builtins.set: set,
    builtins.frozenset: frozenset,
    builtins.sorted: sorted,
    builtins.min: min,
    builtins.max: max,
    str.join: join,
}
