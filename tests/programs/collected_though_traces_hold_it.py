# Classes, functions and namespaces made anew in each call go at a collection, though traces have taken them for constants.
import gc
import weakref

gone = []


class Base:
    pass


def with_class(i):
    class C(Base):
        def m(self, x):
            return x + 1

    weakref.finalize(C, gone.append, i)
    c, t = C(), 0
    for j in range(40):
        t += c.m(j)
    return t


def with_defaults(i):
    class Kept(Base):
        pass

    def f(x, k=Kept):
        return x

    weakref.finalize(Kept, gone.append, i)
    return sum([f(x) for x in range(40)])


def with_namespace(i):
    space = {"Base": Base}
    exec(CODE, space)
    weakref.finalize(space["C"], gone.append, i)
    return space["work"](40)


CODE = compile("""
class C(Base):
    def m(self, x): return helper(x)
def helper(x): return x * 2
def work(n):
    t, c = 0, C()
    for i in range(n): t += c.m(i)
    return t
""", "space", "exec")


class Noisy:
    def __del__(self):
        t = 0
        for i in range(60):
            t += i
        gone.append(t)


def cycle():
    n = Noisy()
    n.me = n


for f in with_class, with_defaults, with_namespace:
    gone.clear()
    print(f.__name__, [f(i) for i in range(24)][-1])
    gc.collect()
    print(sorted(gone) == list(range(24)), len(Base.__subclasses__()))
    for i in range(8):
        cycle()
        f(i)
        if i % 3 == 0:
            gc.collect(i % 2)
        if i % 3 == 1:
            gc.collect()
    gc.collect()
    print(len(gone), len(Base.__subclasses__()))
