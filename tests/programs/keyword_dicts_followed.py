# Functions with **kwargs are followed when nothing is left over for it: each call has an empty dict of its own.
import sys


def log(level, text, *args, **kwargs):
    if level < 10:
        return None
    return emit(level, text, args, **kwargs)


def emit(level, text, args, extra=None, **more):
    return level, text % args if args else text, extra, more


def keep(n, /, key=1, **rest):
    rest["n"] = n
    rest[key] = key
    return rest


def only(**kwargs):
    kwargs.setdefault("k", []).append(1)
    return kwargs


class Base:
    def __init__(self, name, *args, **kwargs):
        self.name = name
        self.args = args
        self.kwargs = kwargs

    def __call__(self, *args, **kwargs):
        return len(args) + len(kwargs) + len(self.kwargs)


class Derived(Base):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.extra = kwargs.get("extra", 0)


def where(**kwargs):
    frame = sys._getframe()
    return sorted(frame.f_locals), frame.f_back.f_code.co_name


def fails(a, **kwargs):
    kwargs["a"] = a
    return 10 // a


def run(n):
    seen, dicts, total = [], [], 0
    for i in range(n):
        log(1, "silent")
        seen.append(log(10 + i % 2, "%d", i) if i % 3 else log(20, "x", extra=i))
        seen.append(log(20, "y", other=i) if i % 7 == 0 else None)
        dicts.append(keep(i))
        dicts.append(keep(i, key="z"))
        dicts.append(only())
        total += Base("a", 1, 2)(i) + Derived("b")(i, i) + Derived("c", extra=3)(i, k=1) + Derived("d", 5).extra
        try:
            total += fails(i % 4 - 1)
        except ZeroDivisionError as error:
            total += error.__traceback__.tb_next.tb_frame.f_locals["kwargs"]["a"] + 100
    return seen[-5:], dicts[-4:], len({id(d) for d in dicts}), total


print(run(40))
print(run(400))
for _ in range(50):
    place = where()
print(place)
