"""Layout probes, instances, dicts, types, watchers and the exact functions."""

import gc
import operator
import sys

import pytest

VERSION = sys.version_info[:2]


def test_probe(cpy):
    assert cpy.probe() is None
    facts = cpy.facts()
    assert facts["name"] == "%d.%d" % VERSION
    assert facts["iter_slots"] == (2 if VERSION == (3, 15) else 1)
    assert bool(facts["counts"]) == hasattr(sys, "gettotalrefcount")


class Point:
    def __init__(self):
        self.x = 1
        self.y = 2

    def move(self):
        return self


class WithDel:
    def __del__(self):
        pass


class Slots:
    __slots__ = ("a",)


class Half(Slots):
    pass


def test_inline_values(cpy):
    p = Point()
    offset, value, valid, index = cpy.inline_offset(p, "x")
    assert offset > 0 and value == 1 and valid == 1 and index == 0
    assert cpy.inline_offset(p, "y")[0] == offset + 8
    assert cpy.inline_offset(p, "never set") == (-1, ..., 1, -1)
    del p.x
    assert cpy.inline_offset(p, "x")[1] is ...
    cpy.inline_set(p, "x", "again")
    assert list(p.__dict__) == ["y", "x"] and p.x == "again"
    cpy.inline_set(p, "x", "over a dict")
    del p.x
    cpy.inline_set(p, "x", "behind a dict")
    assert p.__dict__ == {"y": 2, "x": "behind a dict"}
    p.__dict__ = {"x": 5}
    assert cpy.inline_offset(p, "x")[0] == -1 and cpy.inline_offset(p, "x")[2] == 0
    assert cpy.inline_offset(5, "x")[2] == -1


def test_shared_keys(cpy):
    class C:
        def __init__(self):
            self.a, self.b, self.c = 1, 2, 3

    c = C()
    pairs, count, width = cpy.shared_keys(C)
    assert [name for name, _ in pairs] == ["a", "b", "c"] and (count, width) == (3, 8)
    assert pairs[1] == ("b", cpy.inline_offset(c, "b")[0])
    c.d = 4
    assert cpy.shared_keys(C)[1] == 4
    assert cpy.shared_keys(int) is None


def test_new_instance(cpy):
    p = cpy.new_instance(Point)
    assert type(p) is Point and p.__dict__ == {} and gc.is_tracked(p)
    p.x = 1
    assert cpy.inline_offset(cpy.new_instance(Point), "x")[1] is ...


def test_plain(cpy):
    assert cpy.type_facts(Point)[0]
    for other in (WithDel, Slots, Half, int, dict, type("L", (list,), {}), type("M", (type,), {})):
        assert not cpy.type_facts(other)[0], other

    class New:
        def __new__(cls):
            return object.__new__(cls)

    assert not cpy.type_facts(New)[0]
    assert cpy.type_facts(Point)[2] == -24 and cpy.type_facts(int)[2] == 0


def test_versions(cpy):
    class C:
        pass

    first = cpy.type_facts(C)[1]
    assert first != 0 and cpy.type_facts(C)[1] == first
    C.x = 1
    assert cpy.type_facts(C)[1] not in (0, first)
    assert cpy.type_lookup(Point, "move") is Point.move and cpy.type_lookup(Point, "nothing") is ...


@pytest.mark.parametrize("size", [1, 5, 6, 100, 1000, 70000])
def test_dict_entries(cpy, size):
    d = {f"key{i}": object() for i in range(size)}
    if size > 4:
        del d["key2"]
    for i in list(range(min(size, 50))) + [size - 1]:
        index, value, only_str = cpy.dict_entry(d, "".join(["key", str(i)]))
        assert only_str
        if i == 2 and size > 4:
            assert index == -1
        else:
            assert index == i and value is d[f"key{i}"]
    assert cpy.dict_entry(d, "absent")[0] == -1
    assert cpy.dict_entry({1: 2}, "a")[0::2] == (-1, 0)
    assert cpy.dict_entry(Point().__dict__, "x")[0::2] == (-1, 1)
    assert cpy.dict_entry(globals(), "test_plain")[1] is test_plain


def test_builtin_types(cpy):
    for example, name in [([], "list"), (iter([]), "list_iterator"), (iter(()), "tuple_iterator"),
                          (iter(range(1)), "range_iterator"), ({}.keys(), "dict_keys"), (iter({}), "dict_keyiterator"),
                          (iter({}.items()), "dict_itemiterator"), (iter("é€"), "str_iterator"),
                          (iter("a"), "str_ascii_iterator"), (len, "builtin_function_or_method"),
                          ((i for i in ()), "generator"), (Point().move, "method"), (None, "NoneType"),
                          (iter(set()), "set_iterator"), (reversed([]), "list_reverseiterator"), (list.append, "method_descriptor")]:
        assert cpy.builtin_type(name) is type(example), name
    assert cpy.builtin_type("no such") is None


def test_watchers(cpy):
    log = []
    cpy.watch_start(log)

    def changes(action, subject):
        del log[:]
        action()
        return [what for what, who in log if who == subject]

    try:
        class C:
            pass

        class D(C):
            pass

        d = {"a": 1}
        cpy.watch(C), cpy.watch(D), cpy.watch(d)
        assert changes(lambda: setattr(C, "x", 1), id(D)) == ["type"]
        cpy.watch(D)
        assert changes(lambda: setattr(D, "x", 1), id(D)) == ["type"]
        assert changes(lambda: d.update(a=2), id(d)) == ["dict"]
        assert changes(lambda: d.update(b=2), id(d)) == ["dict"]
        assert changes(lambda: d.pop("b"), id(d)) == ["dict"]
        assert changes(lambda: d.clear(), id(d)) == ["dict"]
        where = id(d)

        def forget():
            nonlocal d
            d = None

        assert changes(forget, where) == ["no dict"]

        del log[:]

        def f(x=1):
            return x

        assert ("new function", id(f)) in log
        assert f in cpy.functions() and changes in cpy.functions()
        assert changes(lambda: setattr(f, "__defaults__", (2,)), id(f)) == ["function"]
        assert changes(lambda: setattr(f, "__kwdefaults__", {}), id(f)) == ["function"]
        assert changes(lambda: setattr(f, "__code__", (lambda: 1).__code__), id(f)) == ["function"]
        code = compile("1", "x", "eval")
        where = id(code)

        def forget_code():
            nonlocal code
            code = None

        assert changes(forget_code, where) == ["no code"]
        where = id(f)

        def forget_function():
            nonlocal f
            f = None

        assert changes(forget_function, where) == ["no function"]
        with pytest.raises(RuntimeError):
            cpy.watch_start([])
    finally:
        cpy.watch_stop()
    cpy.watch_start([])
    cpy.watch_stop()


def test_exact_functions(cpy):
    names = ["add", "and_", "floordiv", "lshift", "matmul", "mul", "mod", "or_", "pow", "rshift", "sub", "truediv", "xor"]
    for number, name in enumerate(names):
        if name == "matmul":
            continue
        for inplace in (0, 1):
            assert cpy.binary(number, inplace, 13, 3) == getattr(operator, name)(13, 3)
    xs = [1]
    assert cpy.binary(0, 1, xs, [2]) is xs and xs == [1, 2]
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \+="):
        cpy.binary(0, 1, 1, "a")
    with pytest.raises(TypeError, match=r"\*\* or pow"):
        cpy.binary(8, 0, 1, "a")

    assert cpy.intrinsic(5, -True) == -1 and cpy.intrinsic(6, [1]) == (1,)
    assert cpy.format("a") == "a" and cpy.format(1.5) == "1.5"
    assert cpy.int_value(-2**63) == -2**63 and cpy.int_value(2**63) is None and cpy.int_value(0) == 0
