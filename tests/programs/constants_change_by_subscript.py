"""A global that traces take for a constant changes through globals(), module attributes and dicts while they run."""
import types

Y = 1
Z = 0
module = types.ModuleType("module")
module.value = 1


def by_dict(dicts):
    out = []
    i = 0
    for d in dicts:
        out.append(Y)
        d["Y"] = i
        out.append(Y)
        i += 1
    return out


def by_module(dicts):
    out = []
    i = 0
    for d in dicts:
        out.append(module.value)
        d["value"] = i
        out.append(module.value)
        i += 1
    return out


def count_globally(n):
    global Z
    out = []
    for i in range(n):
        Z += 1
        if i % 10 == 0:
            out.append(Z)
    return out


def inner():
    global Z
    Z += 1
    return Z


def through_calls(n):
    total = 0
    for i in range(n):
        total += inner() * 2 + Z
    return total


class Dying:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        if self.n % 20 == 0:
            print("died", self.n, HELD if isinstance(HELD, int) else HELD.n)


HELD = None


def hold(n):
    global HELD
    for i in range(n):
        HELD = i if i % 3 == 0 else Dying(i)
    HELD = 0


def added(n, names):
    g = globals()
    out = []
    for i in range(n):
        name = names[i]
        g[name] = i
        try:
            out.append(len("abc") + abs(-1))
        except TypeError as e:
            out.append(str(e))
            del g[name]
    return out


by_dict([{"Y": 1}] * 100)
print(by_dict([{"Y": 1}] * 5 + [globals()] * 5 + [{}] * 3), Y)
by_module([{"value": 1}] * 100)
print(by_module([{"value": 1}] * 5 + [module.__dict__] * 5 + [{}] * 3), module.value)
print(count_globally(100), through_calls(100), Z)
hold(100)
print(added(60, ["other"] * 40 + ["abs"] + ["other"] * 19))
