"""Attributes that lie in C types' descriptors, in dicts at an offset, and in metaclasses; and what changes them while hot."""
import io
from functools import partial


class Base:
    kind = "base"


class Other(Base):
    def method(self):
        return 1


class Meta(type):
    flag = "meta"

    @property
    def label(cls):
        return "label of " + cls.__name__


class Made(metaclass=Meta):
    own = 5


class Pretender:
    @property
    def __class__(self):
        return Base


class List(list):
    pass


def names(objects):
    out = []
    for o in objects:
        out.append(o.__class__.__name__)
        out.append(type(o).__name__)
        out.append(isinstance(o, Base))
    return out


def metas(n):
    out = []
    for i in range(n):
        if i == 30:
            Meta.flag = "changed"
        if i == 40:
            Made.own = 6
        out.append((Made.own, Made.flag, Made.label, Made.__name__, type(Made).__name__, Made.__mro__[0].__qualname__))
    return out


def streams(n):
    out = io.BytesIO()
    text = io.StringIO()
    for i in range(n):
        write = text.write
        out.write(b"ab")
        write("c")
        if i == 30:
            class Loud(io.BytesIO):
                def write(self, data):
                    return super().write(data.upper())
            out = Loud()
    return out.getvalue(), text.getvalue(), out.tell()


def shadowed(n):
    streams = [io.BytesIO() for _ in range(3)]
    total = 0
    for i in range(n):
        s = streams[i % 3]
        total += s.write(b"xyz")
        if i == 40:
            streams[1].write = lambda data: 100
        if i == 60:
            del streams[1].write
    return total


def partials(n):
    p = partial(int, base=2)
    p.note = 1
    total = 0
    for i in range(n):
        total += p("101") + p.note
        if i == 20:
            p.note = 2
        append = total.__add__
        total = append(1)
    return total


def functions(n):
    def f(a, b=3):
        return a + b
    f.count = 0
    for i in range(n):
        f.count += 1
        f(f.count)
        if i == 25:
            f.__defaults__ = (4,)
    return f.count, f.__name__, f(1), f.__code__.co_name


def bound(n):
    out = []
    c = List()
    for i in range(n):
        add = c.append if i % 2 else out.append
        add(i)
    return out[-3:], c[-3:]


def missing(n):
    found = 0
    o = Other()
    for i in range(n):
        if hasattr(o, "extra"):
            found += 1
        found += getattr(o, "other", 0)
        if i == 20:
            o.extra = 1
        if i == 30:
            Base.other = 10
        if i == 40:
            Other.other = property(lambda self: 100)
    return found


print(names([Base(), Other(), 1, "x", Made(), List(), Pretender(), None] * 10)[-24:])
print(metas(60)[25:45:5])
print(streams(50), shadowed(80), partials(50), functions(50), bound(60), missing(60))
