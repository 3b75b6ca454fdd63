"""Random Python programs that end, print the same each time, and are unkind to a tracing JIT.

`make_program(seed)` gives the source text. What a program may not do, so that it can be compared: print an address,
depend on the time or on when the collector runs, grow a value without bound, or loop for long. Every loop has a
count known here, and the product of the counts around a statement is kept small; every assignment that may grow
something is followed by a line that cuts it back.
"""

from __future__ import annotations

import random

INTS = [
    "0", "1", "-1", "2", "3", "7", "-5", "-6", "255", "256", "257", "1000", "-1000", "(1 << 30) - 1", "1 << 30", "-(1 << 30)",
    "(1 << 31)", "(1 << 60) - 1", "(1 << 62) - 1", "(1 << 62)", "(1 << 63) - 1", "(1 << 63)", "-(1 << 63)", "-(1 << 63) - 1",
    "(1 << 64) + 5", "10 ** 20", "True", "False",
]
FLOATS = ["0.0", "-0.0", "1.0", "1.5", "-2.25", "0.1", "1e308", "-1e308", "5e-324", "NAN", "INF", "-INF", "1e16", "2.0 ** 53", "3.7", "1e-9"]
STRINGS = ["''", "'a'", "'abc'", "'\\xe9t\\xe9'", "'\\u20ac5'", "'0123456789'", "'x y z'", "'A'", "'\\U0001f600!'"]
BOUND_INT = ["{v} %= 1000000007", "{v} &= 0xFFFFFFFFFFFFFFFFFF", "if not -BIG < {v} < BIG: {v} = {k}", "if {v} > BIG or {v} < -BIG: {v} = {v} % ((1 << 63) + 9)"]
HEADER = '''\
import gc, math, sys, weakref
gc.disable()
NAN = float("nan")
INF = float("inf")
BIG = 1 << 90
G0 = 3
G1 = 0.5
G2 = "g"
events = []


def run(f, *a):
    deep = False
    try:
        r = f(*a)
    except RecursionError:  # How deep it came depends on which of its instructions CPython had specialised.
        print(f.__name__, "raised RecursionError")
        deep = True
    except Exception as e:
        t, at = e.__traceback__, []
        while t:
            at.append((t.tb_frame.f_code.co_name, t.tb_lineno))
            t = t.tb_next
        print(f.__name__, "raised", type(e).__name__, str(e)[:200], at[:4], at[-3:])
    else:
        print(f.__name__, "gave", repr(r)[:600])
    if deep:
        events.clear()
    if events:
        print(len(events), repr(events[:12])[:500], repr(events[-3:])[:300])
        events.clear()


def say(*a):
    if len(events) < 4000:
        events.append(a)


def where():
    f = sys._getframe(1)
    say(f.f_code.co_name, f.f_lineno)


def peek():
    say(sorted(k for k, v in sys._getframe(1).f_locals.items() if isinstance(v, (int, float, str))))


class Oops(Exception):
    pass


class Noisy:
    def __init__(self, tag):
        self.tag = tag

    def __del__(self):
        say("del", self.tag)


class Guard:
    def __init__(self, eats):
        self.eats = eats

    def __enter__(self):
        say("enter")
        return 5

    def __exit__(self, kind, value, trace):
        say("exit", kind and kind.__name__)
        return self.eats
'''


class Scope:
    """The variables a place can use, by kind."""

    def __init__(self, parent: "Scope | None" = None) -> None:
        self.names: dict[str, list[str]] = {kind: list(names) for kind, names in parent.names.items()} if parent else {}

    def of(self, kind: str) -> list[str]:
        return self.names.get(kind, [])

    def add(self, kind: str, name: str) -> None:
        if name not in self.names.setdefault(kind, []):
            self.names[kind].append(name)


class Generator:
    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.lines: list[str] = []
        self.level = 0
        self.rounds = 1  # how often the place being written runs in one call
        self.loops = 0  # loops around it in this function
        self.indexes: list[str] = []
        self.fresh = 0
        self.functions: list[tuple[str, int]] = []  # plain functions of two numbers, with their cost
        self.generators: list[str] = []
        self.classes: list[str] = []
        self.slotted: list[str] = []
        self.in_generator = False
        self.at_module = False
        self.most_rounds = self.r.choice([300, 1000, 4000])
        self.kind_bias = self.r.choice(["int", "float", "num", "num"])

    # ---- writing

    def put(self, line: str) -> None:
        self.lines.append("    " * self.level + line)

    def name(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def chance(self, p: float) -> bool:
        return self.r.random() < p

    def pick(self, *options: str) -> str:
        return self.r.choice(options)

    # ---- expressions

    def expr(self, kind: str, s: Scope, depth: int = 2) -> str:
        return getattr(self, "expr_" + kind)(s, depth)

    def divisor(self, text: str) -> str:
        """Mostly not zero."""
        return text if self.chance(0.1) else f"({text} or {self.pick('3', '-7', '1')})"

    def expr_num(self, s: Scope, depth: int) -> str:
        if s.of("num") and self.chance(0.4):
            return self.r.choice(s.of("num"))
        return self.expr(self.pick("int", "int", "float"), s, depth)

    def leaf(self, kind: str, s: Scope, constants: list[str]) -> str:
        known = s.of(kind)
        return self.r.choice(known) if known and self.chance(0.75) else self.r.choice(constants)

    def expr_int(self, s: Scope, depth: int) -> str:
        if depth <= 0 or self.chance(0.2):
            if self.indexes and self.chance(0.3):
                return self.r.choice(self.indexes)
            if self.chance(0.08):
                return "G0"
            known = s.of("int")
            if known and self.chance(0.75):
                return self.r.choice(known)
            value = self.r.choice(INTS)
            return f"({value})" if not value.isalnum() else value
        e = lambda kind="int": self.expr(kind, s, depth - 1)
        forms = [
            lambda: f"({e()} {self.pick('+', '-', '+', '-', '*')} {e()})",
            lambda: f"({e()} {self.pick('&', '|', '^')} {e()})",
            lambda: f"({e()} {self.pick('//', '%')} {self.divisor(e())})",
            lambda: f"({e()} {self.pick('//', '%')} {self.pick('3', '7', '-4', '16', '1000')})",
            lambda: f"({e()} << ({e()} & {self.pick('3', '31')}))",
            lambda: f"({e()} >> ({e()} & {self.pick('3', '63')}))",
            lambda: f"({self.pick('-', '~', '+')}{e()})",
            lambda: f"abs({e()})",
            lambda: f"len({self.expr(self.pick('list', 'str', 'list'), s, depth - 1)})",
            lambda: f"({e()} if {e('bool')} else {e()})",
            lambda: f"{self.pick('min', 'max')}({e()}, {e()})",
            lambda: f"({e()} % 1000) ** {self.pick('2', '3', '0')}",
            lambda: f"divmod({e()}, {self.divisor(e())})[{self.pick('0', '1')}]",
            lambda: f"int({e('bool')})",
            lambda: f"({self.expr('list', s, 0)} or [4])[{self.pick('0', '-1')}]",
            lambda: f"{self.expr('list', s, 0)}[{e()} % 3]" if self.chance(0.3) else f"[3, 4, 5][{e()} % 3]",
            lambda: f"sum({self.expr('list', s, 0)})",
            lambda: f"ord(({self.expr('str', s, 0)} or 'z')[0])",
            lambda: f"hash({e()})",
            lambda: f"({e('bool')} + {e('bool')})",
        ]
        if s.of("dict"):
            forms.append(lambda: f"{self.r.choice(s.of('dict'))}.get({e()}, {self.pick('0', '1')})")
            forms.append(lambda: f"{self.r.choice(s.of('dict'))}[{e()} % 5]" if self.chance(0.2) else f"len({self.r.choice(s.of('dict'))})")
        if s.of("obj"):
            forms += [
                lambda: f"{self.r.choice(s.of('obj'))}.{self.pick('a', 'b', 'p')}",
                lambda: f"{self.r.choice(s.of('obj'))}.m({e()})",
                lambda: f"({self.r.choice(s.of('obj'))} {self.pick('+', '-')} {e()}).a",
            ] * 2
        if s.of("tuple"):
            forms.append(lambda: f"{self.r.choice(s.of('tuple'))}[{self.pick('0', '1', '-1')}]")
        if s.of("call"):
            forms.append(lambda: f"{self.r.choice(s.of('call'))}({e()})")
        if self.rounds <= 400:
            forms.append(lambda: f"sum({self.pick('x * x', 'x ^ 3', 'x if x & 1 else -x')} for x in {self.expr('list', s, 0)})")
        cheap = [name for name, cost in self.functions if cost * self.rounds <= 12000]
        if cheap:
            forms += [lambda: f"{self.r.choice(cheap)}({e()}, {e('num')})"] * 2
        return self.r.choice(forms)()

    def expr_float(self, s: Scope, depth: int) -> str:
        if depth <= 0 or self.chance(0.25):
            return "G1" if self.chance(0.06) else self.leaf("float", s, FLOATS)
        e = lambda kind="float": self.expr(kind, s, depth - 1)
        return self.r.choice([
            lambda: f"({e()} {self.pick('+', '-', '*', '+')} {e()})",
            lambda: f"({e()} {self.pick('+', '-', '*')} {e('int')} % 1000)",
            lambda: f"({e()} / {self.divisor(e())})",
            lambda: f"({e()} {self.pick('//', '%')} {self.divisor(e())})",
            lambda: f"({e()} / {self.pick('3', '2.0', '-7.5')})",
            lambda: f"({e('int')} % 4096 / {self.pick('7', '4096', '0.3')})",
            lambda: f"(-{e()})",
            lambda: f"abs({e()})",
            lambda: f"float({e('int')} % 1000003)",
            lambda: f"math.sqrt(abs({e()}))",
            lambda: f"({e()} if {e('bool')} else {e()})",
            lambda: f"{self.pick('min', 'max')}({e()}, {e()})",
            lambda: f"{e()} ** 2.0 * 0.5" if self.chance(0.3) else f"({e()} * 0.5)",
            lambda: f"math.copysign({e()}, {e()})",
        ])()

    def expr_bool(self, s: Scope, depth: int) -> str:
        e = lambda kind: self.expr(kind, s, max(0, depth - 1))
        compare = self.pick("<", "<=", ">", ">=", "==", "!=")
        if self.indexes and self.chance(0.35):
            return f"{self.r.choice(self.indexes)} % {self.pick('2', '3', '5', '17')} {self.pick('==', '!=')} {self.pick('0', '1')}"
        forms = [
            lambda: f"({e('int')} {compare} {e('int')})",
            lambda: f"({e('num')} {compare} {e('num')})",
            lambda: f"({e('float')} {compare} {e('float')})",
            lambda: f"({e('str')} {compare} {e('str')})",
            lambda: f"({e('int')} in {e('list')})",
            lambda: f"(not {e('num')})",
            lambda: f"({e('int')} < {e('int')} <= {e('int')})",
            lambda: f"({self.leaf('num', s, ['G0'])} is None)",
            lambda: f"isinstance({e('num')}, {self.pick('int', 'float', '(bool, str)')})",
        ]
        if depth > 0:
            forms += [lambda: f"({e('bool')} {self.pick('and', 'or')} {e('bool')})", lambda: f"(not {e('bool')})"]
        if s.of("obj"):
            forms += [lambda: f"({self.r.choice(s.of('obj'))} {self.pick('==', '<', '!=')} {self.r.choice(s.of('obj'))})",
                      lambda: f"({self.r.choice(s.of('obj'))} is {self.r.choice(s.of('obj'))})"]
        return self.r.choice(forms)()

    def expr_str(self, s: Scope, depth: int) -> str:
        if depth <= 0 or self.chance(0.3):
            return "G2" if self.chance(0.06) else self.leaf("str", s, STRINGS)
        e = lambda kind="str": self.expr(kind, s, depth - 1)
        return self.r.choice([
            lambda: f"({e()} + {e()})[:60]",
            lambda: f"{e()}[{self.pick('1:', ':3', '::-1', '-2:', '1:4', '::2')}]",
            lambda: f"({e()}[:9] * {self.pick('2', '0', '3')})",
            lambda: f"f'{{{e('int')} % 1000}}:{{{self.leaf('float', s, ['1.5', '-0.0'])}}}'[:40]",
            lambda: f"str({e('num')})[:30]",
            lambda: f"chr(97 + {e('int')} % 26)",
            lambda: f"{self.pick(chr(39) + ',' + chr(39), chr(39) * 2)}.join(map(str, {self.expr('list', s, 0)}))[:40]",
            lambda: f"{e()}.{self.pick('upper()', 'lower()', 'strip()', 'title()')}",
            lambda: f"{e()}.replace('a', 'bb')[:50]",
            lambda: f"'%d|%s' % ({e('int')} % 99, {e()}[:5])",
            lambda: f"({e()} or 'empty')[{e('int')} % 1]",
        ])()

    def expr_list(self, s: Scope, depth: int) -> str:
        if depth <= 0 or self.chance(0.4):
            return self.leaf("list", s, ["[1, 2, 3]", "[0, -1, 1 << 64]", "([5] * 4)", "list(range(6))"])
        e = lambda kind="int": self.expr(kind, s, depth - 1)
        forms = [
            lambda: f"[{e()}, {e()}, {e('num')}]",
            lambda: f"{e('list')}[{self.pick('1:', ':4', '::-1', '-3:', ':')}]",
            lambda: f"({e('list')} + {e('list')})[:12]",
        ]
        if self.rounds <= 300:
            forms += [
                lambda: f"[{self.pick('x + 1', 'x * 2', '-x', 'x % 7', 'x // 2')} for x in {e('list')} if {self.pick('x', 'x != 3', 'True')}]",
                lambda: f"sorted({e('list')})",
                lambda: f"list({e('list')})",
                lambda: f"[y for x in {e('list')}[:3] for y in (x, x + 1)]",
                lambda: f"list(map(lambda x: {self.pick('x - 1', 'x + G0', '-x')}, {e('list')}))",
            ]
            if self.generators:
                forms.append(lambda: f"list({self.r.choice(self.generators)}({e()} % 9))")
        return self.r.choice(forms)()

    # ---- statements

    def block(self, s: Scope, count: int) -> None:
        self.level += 1
        before = len(self.lines)
        for _ in range(count):
            self.statement(s)
        if len(self.lines) == before:
            self.put("pass")
        self.level -= 1

    def cut(self, kind: str, v: str) -> None:
        if kind == "int":
            self.put(self.r.choice(BOUND_INT).format(v=v, k=self.r.choice(["1", "-7", "12345"])))
        elif kind == "num":
            self.put(f"if not -1e300 < {v} < 1e300: {v} = {self.pick('2', '0.25', '-1')}")
            self.put(f"if isinstance({v}, int): {v} %= {self.pick('1 << 64', '1 << 63', '1000003')}")
        elif kind == "list":
            self.put(f"if len({v}) > 12: del {v}[{self.pick('3:', ':9', '4:-1')}]")

    def assign(self, s: Scope) -> None:
        kind = self.pick("int", "int", self.kind_bias, "float", "num", "str", "list")
        known = s.of(kind)
        if known and self.chance(0.75):
            v = self.r.choice(known)
        else:
            v = self.name(kind[0])
        if v in known and kind in ("int", "float", "num") and self.chance(0.5):
            op = self.pick("+", "-", "*", "+") if kind != "int" else self.pick("+", "-", "*", "^", "|", "&", "//", "%", "+")
            value = self.expr(kind, s, 1)
            self.put(f"{v} {op}= {self.divisor(value) if op in ('//', '%') else value}")
        elif v in known and kind == "str" and self.chance(0.5):
            self.put(f"{v} += {self.expr('str', s, 1)}")
            self.put(f"if len({v}) > 60: {v} = {v}[-7:]")
        elif v in known and kind == "list" and self.chance(0.3):
            self.put(f"{v} += {self.expr('list', s, 1)}[:4]")
        else:
            self.put(f"{v} = {self.expr(kind, s, 2)}")
        self.cut(kind, v)
        s.add(kind, v)

    def statement(self, s: Scope) -> None:
        deep = self.level >= 6
        simple = [
            (self.assign, 10), (self.list_change, 4), (self.dict_change, 3), (self.object_change, 5), (self.unpack, 2), (self.noisy, 2),
            (self.tell, 2), (self.leave, 1), (self.delete, 0.6), (self.closure, 0.8), (self.use_generator, 1.2), (self.look, 0.7),
            (self.alias, 0.8), (self.set_change, 0.8),
        ]
        if self.indexes:
            simple += [(self.change_while_hot, 1.6), (self.breaking, 1.5)]
        nested = [] if deep else [(self.branch, 5), (self.loop, 4 if self.loops < 3 else 0), (self.tries, 2.5), (self.withs, 0.7), (self.matches, 0.6)]
        options = simple + nested
        self.r.choices([f for f, _ in options], [w for _, w in options])[0](s)

    def branch(self, s: Scope) -> None:
        self.put(f"if {self.expr('bool', s, 2)}:")
        self.block(Scope(s), self.r.randint(1, 3))
        if self.chance(0.3):
            self.put(f"elif {self.expr('bool', s, 1)}:")
            self.block(Scope(s), self.r.randint(1, 2))
        if self.chance(0.4):
            self.put("else:")
            self.block(Scope(s), self.r.randint(1, 2))

    def loop(self, s: Scope) -> None:
        room = self.most_rounds // self.rounds
        if room < 2:
            return self.assign(s)
        count = min(room, self.r.choice([3, 8, 20, 60, 150, 300] if self.loops else [60, 120, 300, 700]))
        i = self.name("i")
        inner = Scope(s)
        kind = self.r.choice(["range", "range", "range", "while", "list", "enumerate", "zip", "str", "dict", "generator", "reversed", "step"])
        if kind == "while":
            self.put(f"{i} = 0")
            self.put(f"while {i} < {count}{' and ' + self.expr('bool', s, 1) if self.chance(0.15) else ''}:")
            self.put(f"    {i} += 1")
        elif kind == "range":
            self.put(f"for {i} in range({count}):")
        elif kind == "step":
            self.put(f"for {i} in range({count * 3}, {self.pick('0', '1')}, -3):")
        elif kind == "reversed":
            self.put(f"for {i} in reversed(range({count})):")
        elif kind == "enumerate":
            v = self.name("e")
            self.put(f"for {i}, {v} in enumerate({self.expr('list', s, 0)} * {max(1, count // 12)}):")
            inner.add("num", v)
        elif kind == "zip":
            v = self.name("z")
            self.put(f"for {i}, {v} in zip(range({count}), {self.expr('list', s, 0)} * {max(1, count // 6)}):")
            inner.add("num", v)
        elif kind == "list":
            v = self.name("x")
            self.put(f"{i} = -1")
            self.put(f"for {v} in {self.pick('', 'tuple')}({self.expr('list', s, 1)} * {max(1, count // 12)}):")
            self.put(f"    {i} += 1")
            inner.add("num", v)
        elif kind == "str":
            v = self.name("c")
            self.put(f"for {i}, {v} in enumerate('abcdefg' * {max(1, count // 7)}):")
            inner.add("str", v)
        elif kind == "dict":
            v = self.name("v")
            self.put(f"for {i}, {v} in {{k: k * 7 % 11 for k in range({count})}}.items():")
            inner.add("int", v)
        elif self.generators:
            v = self.name("y")
            self.put(f"for {i}, {v} in enumerate({self.r.choice(self.generators)}({count})):")
            inner.add("num", v)
        else:
            self.put(f"for {i} in (j * 2 for j in range({count})):")
        before = self.rounds
        self.rounds *= count
        self.loops += 1
        self.indexes.append(i)
        guarded = self.chance(0.35) and self.level < 6
        if guarded:
            self.level += 1
            self.put("try:")
        self.block(inner, self.r.randint(2, 5 if self.loops == 1 else 3))
        if guarded:
            self.put(f"except ({self.pick('Exception', 'ArithmeticError, TypeError, LookupError', 'TypeError, ValueError')}) as e:")
            self.put(f"    say({i}, type(e).__name__, e.__traceback__.tb_lineno)")
            self.level -= 1
        self.indexes.pop()
        self.loops -= 1
        self.rounds = before
        if self.chance(0.15):
            self.put("else:")
            self.level += 1
            self.put("say('else')")
            self.level -= 1

    def tries(self, s: Scope) -> None:
        self.put("try:")
        self.block(Scope(s), self.r.randint(1, 3))
        if self.chance(0.5):
            i = self.r.choice(self.indexes) if self.indexes else "G0"
            how = self.pick(f"raise Oops({i})", "raise ValueError('v')", "[][5]", "{}[0]", "1 // 0", "None.nothing", "int('q')", f"next(iter(()))")
            self.put(f"    if {self.expr('bool', s, 1)}: {how}")
        if self.chance(0.85):
            self.put(f"except {self.pick('Oops', 'ZeroDivisionError', 'ArithmeticError', '(TypeError, ValueError, IndexError)', 'LookupError', 'Exception', 'Exception')} as e:")
            self.put(f"    {self.pick('pass', 'say(type(e).__name__)', 'say(str(e)[:60])', 'say(e.__traceback__.tb_lineno)', 'raise' if not self.loops else 'pass')}")
            if self.chance(0.2):
                self.put("else:")
                self.block(Scope(s), 1)
            if self.chance(0.25):
                self.put("finally:")
                self.block(Scope(s), 1)
        else:
            self.put("finally:")
            self.block(Scope(s), 1)

    def withs(self, s: Scope) -> None:
        v = self.name("w")
        self.put(f"with Guard({self.pick('True', 'False', 'True')}) as {v}:")
        inner = Scope(s)
        inner.add("int", v)
        self.block(inner, self.r.randint(1, 3))

    def matches(self, s: Scope) -> None:
        self.put(f"match {self.pick(self.expr('num', s, 1), '(' + self.expr('int', s, 1) + ', ' + self.expr('str', s, 1) + ')', self.expr('list', s, 0))}:")
        for case in self.r.sample(["0 | 1", "int() as q", "float()", "(a, str() as b)", "[1, *_]", "[a, b, c]", "str()", "x if not x"], 3):
            self.put(f"    case {case}:")
            self.level += 1
            self.block(Scope(s), 1)
            self.level -= 1

    def breaking(self, s: Scope) -> None:
        i = self.indexes[-1]
        how = self.pick("break", "continue", "continue", "continue")
        self.put(f"if {i} {self.pick('== 250', '> 200', '% 7 == 3', '% 2')} and {self.expr('bool', s, 1)}: {how}")

    def leave(self, s: Scope) -> None:
        if not self.indexes or self.at_module or self.chance(0.6):
            return self.assign(s)
        gives = "" if self.in_generator else f" {self.expr('num', s, 1)}"
        self.put(f"if {self.indexes[-1]} == {self.r.choice([90, 199, 55])} and {self.expr('bool', s, 1)}: return{gives}")

    def unpack(self, s: Scope) -> None:
        a, b = self.name("u"), self.name("u")
        form = self.r.randrange(5)
        known = s.of("int")
        if form == 0 and len(known) >= 2:
            x, y = self.r.sample(known, 2)
            self.put(f"{x}, {y} = {y}, {x}")
            return
        if form == 1:
            self.put(f"{a}, *{b} = {self.expr('list', s, 1)} or [7]")
            s.add("list", b)
        elif form == 2:
            t = self.name("t")
            self.put(f"{t} = ({self.expr('int', s, 1)}, {self.expr('int', s, 1)})")
            self.put(f"{a}, {b} = {t}")
            s.add("tuple", t)
            self.cut("int", b)
            s.add("int", b)
        else:
            self.put(f"{a} = {b} = {self.expr('int', s, 1)}")
            self.cut("int", b)
            s.add("int", b)
        self.cut("num", a)
        s.add("num", a)

    def list_change(self, s: Scope) -> None:
        if not s.of("list"):
            v = self.name("l")
            self.put(f"{v} = {self.expr('list', s, 1)}")
            return s.add("list", v)
        v = self.r.choice(s.of("list"))
        e = lambda kind="num": self.expr(kind, s, 1)
        self.put(self.r.choice([
            lambda: f"{v}.append({e()})",
            lambda: f"if {v}: {v}[{e('int')} % len({v})] = {e()}",
            lambda: f"if {v}: {v}[-1] = {e('float')}",
            lambda: f"{v}.insert({e('int')} % 5, {e('int')})",
            lambda: f"if {v}: {v}.pop()",
            lambda: f"{v}[1:2] = [{e()}, {e()}]",
            lambda: f"{v}.reverse()",
            lambda: f"{v}.extend(({e()}, {e()}))",
            lambda: f"if {v}: {v}[0] {self.pick('+', '-', '*')}= {e()}",
            lambda: f"if {v}: del {v}[{e('int')} % len({v})]",
        ])())
        self.put(f"for k, q in enumerate({v}):" if self.rounds < 60 and self.chance(0.2) else f"if {v} and not -BIG < {v}[0] < BIG: {v}[0] = 1")
        if self.lines[-1].endswith(":"):
            self.put(f"    if not -BIG < q < BIG: {v}[k] = k")
        self.cut("list", v)

    def dict_change(self, s: Scope) -> None:
        if not s.of("dict"):
            v = self.name("d")
            self.put(f"{v} = {self.pick('{}', '{0: 1, 1: 2}', 'dict.fromkeys(range(5), 0)', '{k: k * k for k in range(8)}')}")
            return s.add("dict", v)
        v = self.r.choice(s.of("dict"))
        e = lambda kind="int": self.expr(kind, s, 1)
        key = self.r.choice([lambda: f"{e()} % 9", lambda: f"{e()} % 5", lambda: f"{e('str')}[:2]", lambda: f"({e()} % 3, 1)", lambda: f"{e()} % 4 / 2"])()
        self.put(self.r.choice([
            lambda: f"{v}[{key}] = {e()} % 1000003",
            lambda: f"{v}[{key}] = {v}.get({key}, 0) + 1",
            lambda: f"{v}.pop({key}, None)",
            lambda: f"{v}.setdefault({key}, {e()} % 77)",
            lambda: f"{v}.update({{{key}: {e()} % 13}})",
            lambda: f"if {key} in {v}: del {v}[{key}]",
            lambda: f"say(list({v}.items())[:3])" if self.rounds < 100 else f"{v}[0] = 5",
        ])())
        self.put(f"if len({v}) > 20: {v}.clear()")

    def set_change(self, s: Scope) -> None:
        if not s.of("set"):
            v = self.name("s")
            self.put(f"{v} = {{1, 2, {self.expr('int', s, 1)} % 10}}")
            return s.add("set", v)
        v = self.r.choice(s.of("set"))
        self.put(f"{v}.{self.pick('add', 'discard')}({self.expr('int', s, 1)} % 50)")
        if self.chance(0.3):
            self.put(f"{v} {self.pick('|', '&', '^')}= {{{self.expr('int', s, 1)} % 9, 3}}")

    def object_change(self, s: Scope) -> None:
        if not self.classes:
            return self.assign(s)
        e = lambda kind="int": self.expr(kind, s, 1)
        if not s.of("obj") or self.chance(0.2):
            v = self.r.choice(s.of("obj")) if s.of("obj") and self.chance(0.6) else self.name("o")
            self.put(f"{v} = {self.r.choice(self.classes)}({e(self.pick('int', 'num'))}, {e()})")
            return s.add("obj", v)
        v = self.r.choice(s.of("obj"))
        self.put(self.r.choice([
            lambda: f"{v}.a = {e()} % 1000003",
            lambda: f"{v}.b = {e('num')}",
            lambda: f"{v}.a += {self.pick('1', '-3')}",
            lambda: f"{v}.p = {e()} % 100",
            lambda: f"{v} = {v} {self.pick('+', '-', '*')} ({e()} % 10)",
            lambda: f"{v} += {e()} % 10",
            lambda: f"say(repr({v}))" if self.rounds < 200 else f"{v}.m({e()})",
            lambda: f"{v}.m({e()})",
            lambda: f"{v}.k({e()}, z={e()})",
            lambda: f"{v}.s({e()})",
        ])())
        self.put(f"if not -BIG < {v}.a < BIG: {v}.a = 4")
        if self.chance(0.15):
            self.put(f"say({v}.__class__.__name__, {v}[2], len({v}), bool({v}), 3 in {v})")

    def noisy(self, s: Scope) -> None:
        i = self.indexes[-1] if self.indexes else "0"
        v = self.name("n") if not s.of("noisy") or self.chance(0.3) else self.r.choice(s.of("noisy"))
        self.put(self.r.choice([
            f"{v} = Noisy({i})", f"{v} = [Noisy({i}), Noisy(-{i})]; {v} = None; say('gone')", f"{v} = Noisy({i}); say('made', {i})",
            f"{v} = (Noisy({i}),) * 2", f"{v} = {{1: Noisy({i})}}; {v}[1] = 0; say('dropped')",
            f"{v} = Noisy({i}); r = weakref.ref({v}, lambda _: say('dead')); {v} = 1; say(r() is None)",
            f"{v} = (lambda q: q.tag)(Noisy({i}))", f"{v} = Noisy({i}); {v} = Noisy({i} + 1)",
        ]))
        s.add("noisy", v)

    def tell(self, s: Scope) -> None:
        values = ", ".join(self.expr(self.pick("num", "str", "int", "float", "list"), s, 1) for _ in range(self.r.randint(1, 3)))
        if self.rounds > 60:
            self.put(f"if {self.indexes[-1]} % {self.r.choice([17, 29, 53])} == 0: say({values})")
        else:
            self.put(f"say({values})")

    def look(self, s: Scope) -> None:
        self.put(self.pick("where()", "where()", "peek()") if self.rounds <= 700 else "G0")

    def alias(self, s: Scope) -> None:
        for kind in self.r.sample(["list", "dict", "obj"], 3):
            if s.of(kind):
                v = self.name(kind[0])
                self.put(f"{v} = {self.r.choice(s.of(kind))}")
                return s.add(kind, v)

    def delete(self, s: Scope) -> None:
        v = self.name("h")
        self.put(f"{v} = {self.expr('num', s, 1)}")
        self.put(f"if {self.expr('bool', s, 1)}: del {v}")
        self.put(f"try: say({v})" if self.rounds <= 300 else f"try: {v}")
        self.put("except UnboundLocalError as e: say(str(e))" if self.rounds <= 300 else "except UnboundLocalError: pass")

    def closure(self, s: Scope) -> None:
        f = self.name("f")
        captured = self.r.choice(s.of("int")) if s.of("int") else None
        if captured and self.chance(0.5):
            self.put(f"def {f}(x, y={self.expr('int', s, 0)}):")
            if self.level == 1 and not self.in_generator and not self.at_module:
                self.put(f"    nonlocal {captured}")
                self.put(f"    {captured} = ({captured} + x) % 1000")
            self.put(f"    return x + y + {captured}")
        else:
            self.put(f"{f} = lambda x, y={self.expr('int', s, 0)}: x {self.pick('+', '^', '-')} y {self.pick('+', '-')} {captured or 1}")
        s.add("call", f)

    def use_generator(self, s: Scope) -> None:
        if not self.generators:
            return self.assign(s)
        g = self.name("g")
        self.put(f"{g} = {self.r.choice(self.generators)}({self.expr('int', s, 0)} % 5)")
        v = self.name("y")
        self.put(f"{v} = next({g}, 0)")
        self.put(self.r.choice([
            f"{v} += next({g}, 1)", f"{g}.close()", f"try: {v} += {g}.send({v}) or 0\nexcept (StopIteration, TypeError): say('stop')",
            f"try: {g}.throw(Oops('in'))\nexcept (Oops, StopIteration) as e: say(type(e).__name__)", f"{v} += sum({g})",
        ]).replace("\n", "\n" + "    " * self.level))
        self.cut("num", v)
        s.add("num", v)

    def change_while_hot(self, s: Scope) -> None:
        i = self.indexes[0] if self.chance(0.6) else self.indexes[-1]
        at = self.r.choice([5, 13, 40, 77, 130, 260])
        c = self.r.choice(self.classes) if self.classes else None
        options = [
            "globals().__setitem__('G0', 1 << 40)", "globals().__setitem__('G1', 2)", "globals().__setitem__('G0', 2.5)", "globals().__setitem__('G2', 'changed')",
            "globals().__setitem__('len', lambda x: 3)", "globals().pop('len', None)", "gc.collect()", "globals().__setitem__('abs', lambda x: x)", "globals().pop('abs', None)",
        ]
        for kind, values in (("int", ["'text'", "1.5", "None", "1 << 70", "True"]), ("float", ["3", "1 << 70", "None"]), ("num", ["'s'", "True", "-0.0"])):
            if s.of(kind):
                options += [f"{self.r.choice(s.of(kind))} = {self.r.choice(values)}"] * 2
        if c:
            options += [
                f"{c}.m = lambda self, x: x + 1", f"{c}.m = lambda self, x: 'text'", f"{c}.extra = 5", f"{c}.p = property(lambda self: 9, lambda self, v: None)",
                f"{c}.__add__ = lambda self, o: self", f"{c}.__getattr__ = lambda self, n: 11", f"{c}.__eq__ = lambda self, o: NotImplemented",
                f"{c}.__init__.__defaults__ = (8,)", f"{c}.a = 99",
            ]
            for v in s.of("obj")[:2]:
                options += [f"{v}.__class__ = {self.r.choice(self.classes)}", f"{v}.__dict__['a'] = 21", f"{v}.m = lambda x: 33", f"del {v}.b", f"{v}.new = 1", f"{v}.a = {self.pick('2.5', '1 << 66')}"]
        if self.functions:
            f = self.r.choice(self.functions)[0]
            options += [f"{f}.__code__ = other.__code__", f"globals().__setitem__('{f}', other)", f"{f}.__defaults__ = (1, 2)"]
        change = self.r.choice(options)
        self.put(f"if {i} == {at}:")
        self.put(f"    try: {change}")
        self.put("    except (TypeError, AttributeError, NameError, ValueError) as e: say(type(e).__name__)")

    # ---- definitions

    def parameters(self, s: Scope) -> None:
        for kind, name in (("int", "p1"), ("num", "p2")):
            s.add(kind, name)

    def function(self) -> None:
        f = self.name("fun")
        self.put(f"def {f}(p1, p2=3):")
        s = Scope()
        self.parameters(s)
        worst = self.most_rounds
        self.most_rounds = self.r.choice([1, 1, 4, 12])
        self.level += 1
        self.put("p1 %= 1 << 70" if self.chance(0.5) else "if not -BIG < p1 < BIG: p1 = 3")
        self.level -= 1
        self.block(s, self.r.randint(1, 4))
        self.put(f"    return {self.expr('int', s, 1)}")
        self.lines += ["", ""]
        self.functions.append((f, 3 * self.most_rounds))
        self.most_rounds = worst

    def recursive(self) -> None:
        f = self.name("rec")
        s = Scope()
        self.parameters(s)
        s.add("int", "n")
        self.put(f"def {f}(n, p1, p2):")
        self.put(f"    if n {self.pick('<= 0', '< 1')}: return {self.expr('num', s, 1)}")
        worst, self.most_rounds = self.most_rounds, 1
        self.block(s, self.r.randint(1, 2))
        self.most_rounds = worst
        self.put(self.r.choice([
            f"    return {f}(n - 1, p1 + n, p2)", f"    return {f}(n - 1, p2, p1) if n & 1 else {f}(n - 2, p1, p2)",
            f"    q = {f}(n - 1, p1 ^ n, p2)\n    return q if n % 3 else p1", f"    try: return {f}(n - 1, p1, p2)\n    finally: say(n) if n % 20 == 0 else None",
        ]))
        self.lines += ["", ""]
        self.drivers.append((f, self.r.choice(["40, 1, 2", "150, 1, 0.5", "90, 1 << 62, 3", "100000, 1, 1" if self.chance(0.3) else "60, 3, 4"])))

    def generator(self) -> None:
        g = self.name("gen")
        s = Scope()
        s.add("int", "p1")
        self.in_generator = True
        self.put(f"def {g}(p1):")
        worst, self.most_rounds = self.most_rounds, 1
        if self.chance(0.3):
            self.put("    try:")
            self.level += 1
        self.put("    for j in range(p1 + 1):")
        self.indexes.append("j")
        self.level += 1
        self.block(s, self.r.randint(0, 2))
        self.put(f"    {'q = ' if self.chance(0.3) else ''}yield {self.expr('int', s, 1)} % 1000")
        self.level -= 1
        self.indexes.pop()
        if self.level:
            self.level -= 1
            self.put("    finally: say('closed')")
        if self.generators and self.chance(0.3):
            self.put(f"    yield from {self.r.choice(self.generators)}(2)")
        self.most_rounds = worst
        self.in_generator = False
        self.lines += ["", ""]
        self.generators.append(g)

    def class_(self) -> None:
        c = self.name("C")
        base = f"({self.r.choice(self.classes)})" if self.classes and self.chance(0.5) else ""
        slots = not base and self.chance(0.25)
        self.put(f"class {c}{base}:")
        s = Scope()
        for kind, name in (("int", "x"), ("int", "self.a")):
            s.add(kind, name)
        e = lambda: self.expr("int", s, 1)
        if slots:
            self.put("    __slots__ = ('a', 'b', 'h')")
        if not base or self.chance(0.4):
            self.put("    def __init__(self, a, b=2):")
            self.put("        " + ("super().__init__(a, b)" if base else "self.a = a if isinstance(a, int) else 1"))
            self.put("        self.b = b")
        methods = {
            "m": ["def m(self, x):", f"    return {e()}"],
            "k": ["def k(self, *xs, z=1, **more):", "    self.a = (self.a + z + len(xs)) % 1000"],
            "p": ["@property", "def p(self): return self.a % 100", "@p.setter", "def p(self, x): self.a = x"],
            "s": ["@staticmethod", f"def s(x): return x {self.pick('+', '^')} 3"],
            "add": ["def __add__(self, o):", f"    return type(self)(self.a + (o.a if isinstance(o, {c}) else o), self.b)"],
            "sub": ["def __sub__(self, o): return self.__add__(-o)"],
            "mul": ["def __mul__(self, o): return type(self)(self.a * o % 1000003, o)"],
            "iadd": ["def __iadd__(self, o):", "    self.a += o", "    return self"],
            "eq": ["def __eq__(self, o): return isinstance(o, Base) and self.a == o.a".replace("Base", c), "def __hash__(self): return 5"],
            "lt": ["def __lt__(self, o): return self.a < o.a"],
            "repr": ["def __repr__(self): return f'<{type(self).__name__} {self.a}>'"],
            "item": ["def __getitem__(self, i): return self.a + i", "def __len__(self): return 4", "def __bool__(self): return self.a % 2 == 0", "def __contains__(self, x): return x == 3"],
        }
        keep = list(methods) if not base else [name for name in methods if self.chance(0.3)] or ["m"]
        if self.chance(0.2):
            self.put("    def __del__(self): say('dying', self.a)")
        if base and self.chance(0.4) and "m" in keep:
            methods["m"] = ["def m(self, x):", "    return super().m(x) + 1"]
        for name in keep:
            for line in methods[name]:
                self.put("    " + line)
        self.lines += ["", ""]
        self.classes.append(c)

    def driver(self) -> None:
        f = self.name("hot")
        self.put(f"def {f}(p1, p2):")
        s = Scope()
        self.parameters(s)
        self.block(s, self.r.randint(2, 4))
        self.level += 1
        self.loop(s)
        if self.chance(0.3):
            self.loop(s)
        self.level -= 1
        names = [name for kind in ("int", "float", "num", "str", "list", "obj") for name in s.of(kind)][:8]
        self.put(f"    return {', '.join(names)},")
        self.lines += ["", ""]
        for _ in range(self.r.randint(1, 2)):
            self.drivers.append((f, f"{self.r.choice(['1', '5', '-3', '1 << 62', '0'])}, {self.r.choice(['2', '0.5', '-0.0', '1 << 63', 'NAN'])}"))

    def program(self) -> str:
        self.drivers: list[tuple[str, str]] = []
        self.lines = HEADER.splitlines() + ["", ""]
        self.put("def other(p1, p2=5): return p1 - 1")
        self.lines += ["", ""]
        for make, most in ((self.class_, 3), (self.function, 3), (self.generator, 2), (self.recursive, 1)):
            for _ in range(self.r.randint(0, most)):
                make()
        for _ in range(self.r.randint(1, 3)):
            self.driver()
        for f, arguments in self.drivers:
            self.put(f"run({f}, {arguments})")
        if self.chance(0.4):  # at module level: names are globals
            self.at_module = True
            s = Scope()
            self.put("t = 1")
            s.add("int", "t")
            self.loop(s) if not self.chance(0.5) else self.assign(s)
            self.put("print(t)")
        return "\n".join(self.lines) + "\n"


def make_program(seed: int) -> str:
    return Generator(seed).program()
