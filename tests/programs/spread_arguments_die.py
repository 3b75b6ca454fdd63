# Who holds the arguments of f(*args, **kwargs) while f runs: a Python function's frame alone, or the tuple and the dict, till a method, a class
# or another callable is done.
class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("died", self.name)


def keywords(**kw):
    name = kw.pop("x").name
    print("in", name)


def many(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18):
    name = a1.name
    del a1
    print("many", name)


def one(a, b=None):
    name = a.name
    del a
    print("one", name)


class Taker:
    def __init__(self, a=None):
        if a is not None:
            name = a.name
            del a
            print("made with", name)

    def method(self, a, b=None):
        name = a.name
        del a
        print("method", name)

    @classmethod
    def of_class(cls, a):
        name = a.name
        del a
        print("class method", name)

    @staticmethod
    def static(a):
        name = a.name
        del a
        print("static", name)

    def __call__(self, a, **kw):
        name = a.name
        del a
        print("called", name)


def run_many(n):
    for i in range(n):
        many(*((Loud("T%d" % i),) + (1,) * 17))
        many(*([Loud("L%d" % i)] + [1] * 17))


def run(n):
    taker = Taker()
    method = taker.method
    for i in range(n):
        keywords(**{"x": Loud("k%d" % i), "y": 1})
        keywords(**{"x": Loud("K%d" % i)})
        many(*([Loud("m%d" % i)] + [1] * 17))
        many(*((Loud("t%d" % i),) + (1,) * 17))
        one(*[Loud("l%d" % i)])
        one(*(Loud("u%d" % i), 3))
        one(**{"a": Loud("a%d" % i)})
        taker.method(*[Loud("M%d" % i)])
        method(*(Loud("b%d" % i), 2))
        method(**{"a": Loud("B%d" % i)})
        Taker(*[Loud("i%d" % i)])
        Taker(*(Loud("j%d" % i),))
        Taker(**{"a": Loud("J%d" % i)})
        Taker.of_class(*(Loud("c%d" % i),))
        taker.static(*(Loud("s%d" % i),))
        taker(*(Loud("o%d" % i),))
        taker(*[Loud("O%d" % i)], **{"b": 1, "c": 2})


run(12)
run_many(12)
