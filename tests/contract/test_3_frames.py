"""Clause 3: frames, their lines and their locals are there whenever anyone can look."""


def test_getframe_in_a_callee(same):
    same("""
    import sys
    def look(depth):
        f = sys._getframe(depth); return f.f_code.co_name, f.f_lineno, {k: v for k, v in f.f_locals.items() if type(v) in (int, float, str)}
    def inner(x, y):
        z = x * y
        return look(1), look(2), z
    def f():
        t = 0.0; out = []
        for i in range(60):
            t += i * 0.5
            s = "a" + str(i)
            out.append(inner(i,
                             t))
            i += 1
            out.append(look(1))
        return out
    for row in f(): print(row)
    """)


def test_whole_stack(same):
    same("""
    import sys, inspect, traceback
    def leaf(out):
        f = sys._getframe(); names = []
        while f: names.append((f.f_code.co_name, f.f_lineno)); f = f.f_back
        out.append(names)
        out.append([(x.function, x.lineno, x.code_context) for x in inspect.stack(0)])
        out.append([(x.name, x.lineno, x.line) for x in traceback.extract_stack()])
    def middle(out, i): return leaf(out) if i % 2 else (lambda: leaf(out))()
    def gen(out):
        for i in range(30): middle(out, i); yield i
    def f(out): return sum(x for x in gen(out))
    out = []
    print(f(out))
    for row in out: print(row)
    """)


def test_locals_and_eval(same):
    same("""
    def f():
        out = []; x = 1
        for i in range(60):
            x = x * 3 % 1000
            d = locals(); out.append((d["i"], d["x"], len(d)))
            out.append(eval("i + x")); exec("y = i", globals(), d); out.append(sorted(vars()))
            del d
        return out
    for row in f(): print(row)
    """)


def test_locals_written_through_the_frame(same):
    same("""
    import sys
    def poke(i):
        if i in (20, 45): sys._getframe(1).f_locals["x"] = 1000.5 if i == 20 else "text"
    def f():
        x = 1; out = []
        for i in range(60):
            poke(i)
            if isinstance(x, str): x = len(x)
            x = x + 1
            out.append(x)
        return out
    print(f())
    """)


def test_warnings_and_logging_lines(same):
    same("""
    import warnings, logging, sys
    logging.basicConfig(stream=sys.stdout, format="%(funcName)s %(lineno)d %(message)s", level=logging.INFO)
    warnings.simplefilter("always")
    def deprecated(n): warnings.warn(f"old {n}", DeprecationWarning, stacklevel=2)
    def f():
        for i in range(40):
            if i % 9 == 0:
                deprecated(i)
            if i % 10 == 0: logging.info("at %d", i)
            else:
                logging.debug("not seen")
    f()
    """)


def test_tracebacks(same):
    same("""
    import traceback
    def third(i):
        if i % 7 == 3:
            return (1 /
                    (i - i))
        return i
    def second(i): return third(i) + 1
    def first():
        for i in range(60):
            try:
                second(i)
            except ZeroDivisionError:
                traceback.print_exc()
                yield i
    print(list(first()))
    def last():
        t = 0
        for i in range(100):
            t += second(i * 7)
            if i == 80: second(3)
    last()
    """)


def test_traceback_frames_keep_their_locals(same):
    same("""
    def inner(i, acc):
        w = acc * 2.5
        if i % 10 == 9: raise KeyError(i)
        return w
    def f():
        acc = 0.0; out = []
        for i in range(60):
            acc += i
            try: inner(i, acc)
            except KeyError as e:
                t = e.__traceback__
                while t: out.append((t.tb_frame.f_code.co_name, t.tb_lineno, t.tb_lasti > 0, {k: v for k, v in t.tb_frame.f_locals.items() if type(v) in (int, float)})); t = t.tb_next
        return out
    for row in f(): print(row)
    """)


def test_super_and_class_cell(same):
    same("""
    class A:
        def m(self, x): return x + 1
        @classmethod
        def c(cls, x): return cls.__name__, x
    class B(A):
        def m(self, x): return super().m(x) * 2
        @classmethod
        def c(cls, x): return super().c(x)
    class C(B):
        def m(self, x): return super(C, self).m(x) + (0 if __class__ is C else 1)
    def f():
        t = 0; o = [A(), B(), C()]
        for i in range(200): t += o[i % 3].m(i); n = o[i % 3].c(i)
        return t, n
    print(f())
    """)


def test_generator_and_coroutine_frames(same):
    same("""
    import inspect
    def g(n):
        for i in range(n): x = i * 2; yield x
    async def c(n):
        t = 0
        for i in range(n): t += i
        return t
    def f():
        out = []
        for i in range(40):
            it = g(5); a = next(it); b = next(it)
            out.append((inspect.getgeneratorstate(it), it.gi_frame.f_lineno, dict(it.gi_frame.f_locals), it.gi_running))
            co = c(i)
            try: co.send(None)
            except StopIteration as e: out.append((e.value, co.cr_frame))
            list(it); out.append((inspect.getgeneratorstate(it), it.gi_frame))
        return out
    for row in f(): print(row)
    """)
