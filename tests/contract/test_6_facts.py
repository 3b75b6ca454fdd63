"""Clause 6: all that a trace assumes is guarded, watched or immutable; each case changes one such thing while hot."""

import pytest

# What is changed at round 60 and again at 120, and the expression whose value is watched.
CHANGES = {
    "global": ("G = 1", "G", "globals().update(G=2)", "globals().update(G='x')"),
    "global-deleted": ("len2 = 1", "name_or('len2')", "globals().pop('len2')", "globals().update(len2=5)"),
    "builtin": ("", "abs(-3)", "setattr(builtins, 'abs', lambda x: 'mine')", "setattr(builtins, 'abs', old_abs)"),
    "builtin-shadowed": ("", "len('abc')", "globals().update(len=lambda x: -1)", "globals().pop('len')"),
    "module-attribute": ("import math", "math.pi", "setattr(math, 'pi', 3)", "setattr(math, 'pi', 3.5)"),
    "method": ("class A:\n def m(self): return 1\na = A()", "a.m()", "setattr(A, 'm', lambda self: 2)", "delattr(A, 'm') or setattr(A, '__getattr__', lambda s, n: lambda: 3)"),
    "base-method": ("class A:\n def m(self): return 1\nclass B(A): pass\na = B()", "a.m()", "setattr(A, 'm', lambda self: 2)", "setattr(B, 'm', lambda self: 3)"),
    "bases": ("class A:\n def m(self): return 1\nclass C:\n def m(self): return 2\nclass B(A): pass\na = B()", "a.m()", "setattr(B, '__bases__', (C,))", "setattr(C, 'm', lambda s: 9)"),
    "class-attribute": ("class A: k = 1\na = A()", "a.k", "setattr(A, 'k', 2)", "setattr(a, 'k', 3)"),
    "class-attribute-to-property": ("class A: k = 1\na = A()\na.__dict__['k'] = 5", "a.k", "setattr(A, 'k', property(lambda s: 7))", "delattr(A, 'k')"),
    "instance-class": ("class A:\n def m(self): return 1\nclass B:\n def m(self): return 2\na = A()", "a.m()", "setattr(a, '__class__', B)", "setattr(a, '__class__', A)"),
    "instance-dict": ("class A: pass\na = A(); a.x = 1", "a.x", "a.__dict__.update(x=2)", "setattr(a, '__dict__', {'x': 3})"),
    "instance-deleted": ("class A: x = 0\na = A(); a.x = 1", "a.x", "delattr(a, 'x')", "setattr(a, 'x', 4)"),
    "method-shadowed": ("class A:\n def m(self): return 1\na = A()", "a.m()", "setattr(a, 'm', lambda: 2)", "delattr(a, 'm')"),
    "code": ("def h(x): return x + 1\ndef k(x): return x * 100", "h(3)", "setattr(h, '__code__', k.__code__)", "setattr(h, '__code__', (lambda x: 'new').__code__)"),
    "defaults": ("def h(x, y=1): return x + y", "h(3)", "setattr(h, '__defaults__', (10,))", "setattr(h, '__defaults__', (1, 2))"),
    "keyword-defaults": ("def h(x, *, y=1): return x + y", "h(3)", "h.__kwdefaults__.update(y=10)", "setattr(h, '__kwdefaults__', {'y': 'z'}) or setattr(builtins, 'nothing', 1)"),
    "function-replaced": ("def h(x): return x", "h(3)", "globals().update(h=lambda x: -x)", "globals().update(h=str)"),
    "closure-cell": ("def make():\n v = 1\n def get(): return v\n def put(x):\n  nonlocal v\n  v = x\n return get, put\nget, put = make()", "get()", "put(2.5)", "put('z')"),
    "operator": ("class A:\n def __add__(self, o): return 1\na = A()", "a + 1", "setattr(A, '__add__', lambda s, o: 2)", "delattr(A, '__add__') or setattr(A, '__radd__', 1)"),
    "len-and-bool": ("class A:\n def __len__(self): return 0\na = A()", "(not a, len(a))", "setattr(A, '__len__', lambda s: 3)", "setattr(A, '__bool__', lambda s: False)"),
    "contains": ("class A(list): pass\na = A([1])", "5 in a", "setattr(A, '__contains__', lambda s, x: True)", "delattr(A, '__contains__')"),
    "getattribute": ("class A: x = 1\na = A()", "a.x", "setattr(A, '__getattribute__', lambda s, n: 9)", "delattr(A, '__getattribute__')"),
    "new-and-init": ("class A:\n def __init__(self): self.v = 1", "A().v", "setattr(A, '__init__', lambda s: setattr(s, 'v', 2))", "setattr(A, '__new__', lambda c: type('Z', (), {'v': 3})())"),
    "slots-descriptor": ("class A: __slots__ = 'x'\na = A(); a.x = 1", "a.x", "setattr(A, 'x', 5)", "setattr(A, 'x', property(lambda s: 6))"),
    "metaclass": ("class M(type): pass\nclass A(metaclass=M): k = 1", "A.k", "setattr(M, 'k', property(lambda c: 2))", "delattr(M, 'k')"),
    "abc-registered": ("import abc\nclass P(abc.ABC): pass\nclass A: pass\na = A()", "isinstance(a, P)", "P.register(A)", "setattr(P, '__instancecheck__', 1)"),
    "del-added": ("class A: pass\nout2 = []", "[A() and 1, len(out2)]", "setattr(A, '__del__', lambda s: out2.append(1))", "delattr(A, '__del__')"),
    "enum-like-constant": ("class E: A = 1; B = 2", "E.A + E.B", "setattr(E, 'A', 1 << 64)", "setattr(E, 'B', 0.5)"),
    "exception-class": ("class X(Exception): pass\nY = X", "caught(X)", "globals().update(Y=KeyError)", "globals().update(Y=(X, KeyError))"),
    "globals-dict-of-module": ("import types\nmod = types.ModuleType('mod'); mod.f = lambda: 1", "mod.f()", "setattr(mod, 'f', lambda: 2)", "mod.__dict__.clear() or setattr(mod, 'f', lambda: 3)"),
    "list-item": ("l = [1, 2]", "l[0] + l[1]", "l.__setitem__(0, 0.5)", "l.clear() or l.extend('ab')"),
    "dict-key-order": ("d = {'a': 1, 'b': 2}", "(d['b'], list(d))", "d.pop('a') and d.update(a=3)", "d.clear() or d.update(b='n')"),
}


@pytest.mark.parametrize("how", ["direct", "from-callee", "from-del", "from-operator"])
@pytest.mark.parametrize("name", CHANGES)
def test_change_is_seen_at_once(same, name, how):
    setup, expression, first, second = CHANGES[name]
    change = {"direct": "change(i)", "from-callee": "(lambda: change(i))()", "from-del": "Dier(i)", "from-operator": "op + i"}[how]
    same(f"""
import builtins
old_abs = abs
def name_or(n): return globals().get(n, 'none')
def caught(x):
    try: raise x
    except Y: return 'Y'
    except Exception: return 'other'
{setup}
def change(i):
    if i == 60: {first}
    if i == 120: {second}
class Dier:
    def __init__(self, i): self.i = i
    def __del__(self): change(self.i)
class Op:
    def __add__(self, i): change(i); return 0
op = Op()
def f():
    out = []
    for i in range(180):
        try: before = {expression}
        except Exception as e: before = type(e).__name__
        {change}
        try: after = {expression}
        except Exception as e: after = type(e).__name__
        out.append((before, after))
    return out
out = f()
builtins.abs = old_abs
globals().pop('len', None)
for i in (0, 59, 60, 61, 119, 120, 121, 179): print(i, out[i])
print(out == out[:60] + out[60:], len(out), len(set(map(str, out))))
""", settings=("soon",) if how != "direct" else ("at-once", "soon"))


def test_class_of_guarded_instance_changes_in_a_call(same):
    same("""
    class A:
        def __init__(self): self.v = 1
        def get(self): return self.v
    class B(A):
        def get(self): return self.v * 100
    def maybe(o, i):
        if i % 50 == 49: o.__class__ = B if type(o) is A else A
        return i
    def f():
        o = A(); out = []
        for i in range(300):
            x = o.get()
            o.v += 1
            maybe(o, i)
            o.v += 1
            out.append((x, o.get(), o.v))
        return out
    print(f())
    """)


def test_memory_changes_behind_a_call(same):
    same("""
    import sys
    def touch(l, d, o, i):
        if i == 77: l[0] = 2.5; d["k"] = "s"; o.x = None; o.y = 5
        if i == 99: l.clear(); d.clear()
        if i == 110: l.extend([1] * 4); d["k"] = 1; o.x = 1
    class O: x = 1
    def f():
        l = [1, 2]; d = {"k": 1}; o = O(); o.x = 1; out = []; m = l
        for i in range(160):
            try: a = l[0], d["k"], o.x, len(m)
            except (LookupError, TypeError) as e: a = repr(e)
            touch(l, d, o, i)
            try: b = l[0], d["k"], o.x + 1, len(m)
            except (LookupError, TypeError) as e: b = repr(e)
            out.append((a, b))
        return out
    for row in f(): print(row)
    """)
