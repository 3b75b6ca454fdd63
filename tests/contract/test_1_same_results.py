"""Clause 1: same results, same exceptions, same text, same order of side effects."""

import pytest

# Each operation on every pair of corner values, in one hot loop a type pair sees and then another.
PAIRS = """
import operator
INTS = [0, 1, -1, 2, 7, -5, 255, 256, 257, 2**30, -2**30, 2**31, 2**62, 2**63 - 1, 2**63, -2**63, -2**63 - 1, 2**64, 10**25]
FLOATS = [0.0, -0.0, 1.0, -1.5, 1e308, -1e308, 5e-324, float("inf"), float("-inf"), float("nan"), 2.0**53, 0.1]
def kind(v): return type(v).__name__, repr(v)
"""


@pytest.mark.parametrize("operation", ["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!=", ">", ">="])
@pytest.mark.parametrize("left, right", [("INTS", "INTS"), ("FLOATS", "FLOATS"), ("INTS", "FLOATS"), ("FLOATS", "INTS")])
def test_arithmetic(same, operation, left, right):
    same(PAIRS + f"""
def f(xs, ys):
    out = []
    for x in xs:
        for y in ys:
            try:
                out.append(kind(x {operation} y))
            except ArithmeticError as e:
                out.append((type(e).__name__, str(e)))
    return out
f([1, 2] * 20, [3, 4] * 5); f([1.5] * 20, [2.5] * 5)
for row in f({left}, {right}): print(row)
""", settings=("soon",))


@pytest.mark.parametrize("operation", ["&", "|", "^"])
def test_bits(same, operation):
    same(PAIRS + f"""
def f(xs):
    out = []
    for x in xs:
        for y in xs: out.append(x {operation} y)
    return out
f([1, 2] * 20); print(f(INTS)); print(f([True, False])); print(f([True, 3]))
""", settings=("soon",))


def test_shifts_and_powers(same):
    same(PAIRS + """
def f(xs, ns):
    out = []
    for x in xs:
        for n in ns:
            for g in (lambda: x << n, lambda: x >> n, lambda: x ** (n % 5), lambda: float(x) ** n, lambda: pow(x, n, 7)):
                try: out.append(kind(g()))
                except (ArithmeticError, ValueError) as e: out.append((type(e).__name__, str(e)))
    return out
def shifts(xs, ns):
    out = []
    for x in xs:
        for n in ns: out.append((x << n, x >> n))
    return out
shifts([1, 2, 3] * 10, [1, 2, 3])
print(shifts(INTS, [0, 1, 31, 32, 62, 63, 64, 65, 200]))
for row in f(INTS, [0, 1, 2, 63, 64, -1]): print(row)
""", settings=("soon",))


def test_unary_and_rounding(same):
    same(PAIRS + """
import math
def f(xs):
    out = []
    for x in xs:
        for g in (lambda: -x, lambda: +x, lambda: abs(x), lambda: not x, lambda: round(x), lambda: round(x, 1), lambda: int(x),
                  lambda: float(x), lambda: math.floor(x), lambda: math.sqrt(x), lambda: bool(x), lambda: str(x), lambda: f"{x:.3}", lambda: hash(x)):
            try: out.append(kind(g()))
            except (ArithmeticError, ValueError) as e: out.append((type(e).__name__, str(e)))
    return out
for row in f([1, 2.5] * 10 + INTS[:-1] + [x for x in FLOATS if x == x]): print(row)
""", settings=("soon",))


def test_signed_zero_and_nan_in_loop_state(same):
    same("""
    def f(n, x, step):
        seen = []
        for i in range(n):
            x = x * step
            if x == 0: seen.append((i, str(x), str(-x), str(x + 0.0), str(0.0 - x), str(x % 3.0), min(x, 0.0), max(0.0, x)))
            if x != x: seen.append((i, "nan", x == x, x < 1, x in [x], x is x))
        return x, seen[:5], len(seen)
    print(f(50, 1.0, -0.0)); print(f(2000, 1.0, -0.1)); print(f(1200, 1.0, -2.0)); print(f(50, float("inf"), 0.0)); print(f(50, float("nan"), 1.0))
    """)


def test_hash_and_eq_are_called_as_often_and_in_order(same):
    same("""
    log = []
    class K:
        def __init__(self, n): self.n = n
        def __hash__(self): log.append(("h", self.n)); return self.n % 3
        def __eq__(self, o): log.append(("e", self.n, o.n)); return self.n == o.n
    def f():
        d = {}; s = set(); ks = [K(i) for i in range(6)]
        for i in range(120):
            k = K(i % 8)
            d[k] = i
            if k in s: log.append("in")
            s.add(k)
            x = d.get(K(i % 5)); log.append(x)
            if i % 11 == 0: d.pop(k, None)
            log.append(ks.index(K(3)) if i % 20 == 0 else ks[2] == k)
        return len(d), len(s)
    print(f()); print(len(log)); print(log)
    """)


def test_operand_order_and_reflected_operators(same):
    same("""
    log = []
    def v(n): log.append(n); return n
    class A:
        def __add__(self, o): log.append("A+"); return NotImplemented
        def __lt__(self, o): log.append("A<"); return True
    class B(A):
        def __radd__(self, o): log.append("B r+"); return 1
        def __gt__(self, o): log.append("B>"); return False
    def f():
        d = {}
        for i in range(60):
            d[v(i)] = v(-i)
            d[v(i)], d[v(i + 1)] = v(1), v(2)
            x = v(1) + v(2) * v(3) < v(4) <= v(i)
            log.append(A() + B()); log.append(A() < B()); log.append((lambda *a, **k: k)(v(5), *[v(6)], z=v(7)))
            d[v(0)] += v(1)
            try: A() + 1
            except TypeError as e: log.append(str(e))
    f(); print(log)
    """)


def test_exceptions_and_their_text(same):
    same("""
    class A: pass
    def f(i, a, l, d):
        k = i % 14
        if k == 0: return 1 // (i - i)
        if k == 1: return l[100]
        if k == 2: return d["missing"]
        if k == 3: return a.missing
        if k == 4: return undefined_name
        if k == 5: return l + 1
        if k == 6: return int("x")
        if k == 7: return f()
        if k == 8: x, y = l; return x
        if k == 9: return a[0]
        if k == 10: return a()
        if k == 11: return i % 0.0
        if k == 12: return "s" < 1
        if k == 13: return [].pop()
    def g():
        out = []
        for i in range(14 * 12):
            try: f(i, A(), [1, 2, 3], {})
            except Exception as e: out.append((type(e).__name__, str(e), e.__traceback__.tb_next.tb_lineno))
        return out
    for row in g(): print(row)
    """)


def test_context_and_cause(same):
    same("""
    import traceback
    def inner(i):
        try:
            if i % 3 == 0: [][i]
            if i % 3 == 1: {}[i]
            return i
        except IndexError as e:
            raise ValueError(i) from e
        except KeyError:
            raise TypeError(i)
        finally:
            if i == 31: raise RuntimeError("in finally")
    def f():
        out = []
        for i in range(60):
            try: inner(i)
            except Exception as e: out.append("".join(traceback.format_exception(e)))
        return out
    out = f(); print(len(out)); print(*out, sep="\\n")
    """)


def test_dict_order_and_strings(same):
    same("""
    def f():
        d = {}; s = ""
        for i in range(300):
            d[i * 7 % 23] = i
            if i % 5 == 0: d.pop(i * 3 % 23, None)
            s += chr(97 + i % 26) + ("\\u20ac" if i == 150 else "") + ("\\U0001f600" if i == 200 else "")
        return list(d.items()), s, s.upper()[::7], s[151], s[-1], f"{len(s):>6}|{s[:3]!r:10}|{i:#x}"
    print(f())
    """)
