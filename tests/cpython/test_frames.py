"""Slots of live frames; frames pushed, run from the middle, and popped."""

import dis
import gc
import sys
import traceback

import pytest

VERSION = sys.version_info[:2]


def place_of(func, opname, nth=0, line=None):
    found = [i for i in dis.get_instructions(func) if i.opname.startswith(opname)]
    return found[nth].offset // 2


def test_here(cpy):
    def inner(a, b):
        x = [a, b]
        return cpy.here(), x

    one = ["one"]
    facts, x = inner(one, 2)
    assert facts["code"] is inner.__code__ and facts["outer"] is test_here.__code__
    assert facts["function"] is inner and facts["globals"] is globals()
    assert not facts["generator"] and not facts["object"]
    call = cpy.decode(inner.__code__, facts["place"])
    assert call[0] == "call"
    values = [value for _, value in facts["slots"]]
    assert values[0] is one and values[1] == 2 and values[2] is x
    # Since 3.14 an argument may be borrowed from a local of the caller; what was stored here is owned.
    assert facts["slots"][0][0] == ("owned" if VERSION == (3, 13) else "borrowed")
    assert facts["slots"][2][0] == "owned"
    assert facts["slots"][1][0] == ("owned" if VERSION == (3, 13) else "borrowed")  # immortal
    assert cpy.place_pointer(inner.__code__, 3)


def test_loop_entries(cpy):
    def loop(xs):
        for x in xs:
            return cpy.here()

    facts = loop([1, 2])
    base = cpy.code_facts(loop.__code__)[2]
    entries = facts["slots"][base:]
    if VERSION == (3, 15):
        assert entries[0][1] == [1, 2] and entries[1] == ("int", 1)
        assert [kind for kind, _ in loop(range(3))["slots"][base:]][1] in ("null", "int")
    else:
        assert type(entries[0][1]).__name__ == "list_iterator"


def test_generator_and_object(cpy):
    def generate():
        yield cpy.here()

    assert next(generate())["generator"]

    def with_object():
        sys._getframe()
        return cpy.here()

    assert with_object()["object"]


def add(a, b, c=3):
    total = a + b
    return total + c


def test_run_from_the_middle(cpy):
    place = place_of(add, "STORE_FAST")
    references = sys.getrefcount(add)
    for _ in range(10):
        assert cpy.run(add, place, ("x" * 3, ..., "z"), ("from the stack ",), None) == "from the stack z"
    assert sys.getrefcount(add) == references


def test_run_from_the_start(cpy):
    assert cpy.run(add, 0, (1, 2, 3), (), None) == 6


def test_run_unbound(cpy):
    place = place_of(add, "STORE_FAST")
    with pytest.raises(TypeError):
        cpy.run(add, place, (1, 2, None), (5,), None)


def summing(xs):
    total = 0
    for x in xs:
        total += x
    return total


def test_run_inside_a_loop(cpy):
    place = place_of(summing, "FOR_ITER")
    xs = [1, 2, 3, 4]
    if VERSION == (3, 15):
        assert cpy.run(summing, place, (xs, 10, ...), (xs, (1,)), None) == 19
        assert cpy.run(summing, place, (xs, 10, ...), (iter(xs), ...), None) == 20
    else:
        assert cpy.run(summing, place, (xs, 10, ...), (iter(xs),), None) == 20


def catching(x):
    try:
        y = x.foo
        z = [1,
             y]
    except ValueError as error:
        return "caught", error
    except KeyError:
        raise
    return z


def test_run_raising(cpy):
    place = place_of(catching, "LOAD_ATTR")
    error = ValueError("v")
    assert cpy.run(catching, place, (1,), (2,), error) == ("caught", error)
    error.__traceback__ = None
    error = KeyError("k")
    with pytest.raises(KeyError) as info:
        cpy.run(catching, place, (1,), (2,), error)
    entries = [e for e in traceback.extract_tb(info.value.__traceback__) if e.name == "catching"]
    assert [e.line for e in entries][:1] == ["y = x.foo"]
    assert len(entries) <= 2

    place = place_of(add, "BINARY_OP")
    error = OSError("no handler")
    with pytest.raises(OSError) as info:
        cpy.run(add, place, (1, 2), (), error)
    entries = [e for e in traceback.extract_tb(info.value.__traceback__) if e.name == "add"]
    assert [e.line for e in entries] == ["total = a + b"]


def final(log):
    for i in [1, 2]:
        try:
            log.append(i)
        finally:
            log.append("finally")
    return log


def test_run_raising_into_finally(cpy):
    """lasti is pushed: RERAISE restores the line."""
    place = place_of(final, "CALL")
    log = []
    iterators = ([1, 2], (1,)) if VERSION == (3, 15) else (iter([1, 2]),)
    with pytest.raises(OSError) as info:
        cpy.run(final, place, (log, 1), (*iterators, log.append, ..., 5), OSError())
    assert log == ["finally"]
    entries = [e for e in traceback.extract_tb(info.value.__traceback__) if e.name == "final"]
    assert {e.line for e in entries} == {"log.append(i)"}


class Dies:
    def __init__(self, log):
        self.log = log

    def __del__(self):
        self.log.append("died")


def test_pop_releases(cpy):
    log = []
    assert cpy.push_pop(add, 1, (Dies(log), ..., 3), None) == (1, None, None)
    assert log == ["died"]


def test_pushed_frames_are_seen(cpy):
    def look():
        frame = sys._getframe(1)
        return [frame.f_code.co_name, frame.f_back.f_code.co_name, frame.f_locals["a"], frame]

    done, error, (name, outer, a, frame) = cpy.push_pop(add, 2, ("A" * 3, 2, 3), look)
    assert (done, error, name, outer, a) == (2, None, "add", "add", "AAA")
    # The frame object outlives the frame.
    assert frame.f_locals["a"] == "AAA"


def test_collector_sees_pushed_frames(cpy):
    assert cpy.push_pop(add, 500, ([1], {}, ()), gc.collect)[0] == 500


def test_push_grows_the_stack_and_is_limited(cpy):
    limit = sys.getrecursionlimit()
    depth, error = cpy.recursive()
    assert isinstance(error, RecursionError)
    assert 0 < depth < limit
    for _ in range(3):
        done, error, _ = cpy.push_pop(add, limit * 2, (1, 2, 3), None)
        assert isinstance(error, RecursionError)
        assert done == depth
    assert cpy.recursive()[0] == depth
    sys.setrecursionlimit(100000)
    try:
        assert cpy.push_pop(add, 50000, (1, 2, 3), None)[:2] == (50000, None)
    finally:
        sys.setrecursionlimit(limit)
    assert cpy.recursive()[0] == depth


def test_run_keeps_the_recursion_count(cpy):
    depth, _ = cpy.recursive()
    for _ in range(50):
        cpy.run(add, 0, (1, 2, 3), (), None)
        with pytest.raises(OSError):
            cpy.run(add, place_of(add, "BINARY_OP"), (1, 2, 3), (), OSError())
        with pytest.raises(TypeError):
            cpy.run(add, 0, (1, "2", 3), (), None)
    assert cpy.recursive()[0] == depth

    def recurse(n):
        return cpy.run(recurse, 0, (n + 1,), (), None) if n < 20 else cpy.recursive()[0]

    assert recurse(0) in range(depth - 25, depth - 19)
