"""Every instruction of many code objects, against dis."""

import argparse
import ast
import asyncio
import collections
import contextlib
import ctypes
import dataclasses
import dis
import inspect
import subprocess
import sys
import types
import typing

import pytest

MODULES = [argparse, ast, asyncio.base_events, asyncio.tasks, collections, contextlib, dataclasses, inspect, subprocess,
           typing, sys.modules[__name__]]
VERSION = sys.version_info[:2]
SPECIAL = {
    "LOAD_FAST": "load_fast", "LOAD_FAST_CHECK": "load_fast", "LOAD_FAST_BORROW": "load_fast", "STORE_FAST": "store_fast",
    "LOAD_FAST_LOAD_FAST": "load_fast2", "LOAD_CONST": "load_const", "LOAD_SMALL_INT": "load_const",
    "LOAD_COMMON_CONSTANT": "load_const", "LOAD_ASSERTION_ERROR": "load_const", "JUMP_BACKWARD": "jump_back",
    "JUMP_FORWARD": "jump", "FOR_ITER": "for_iter", "POP_JUMP_IF_FALSE": "jump_if_false", "RETURN_VALUE": "return_value",
    "CALL": "call", "CALL_KW": "call_kw", "CALL_FUNCTION_EX": "call_ex", "COMPARE_OP": "compare",
    "BINARY_SUBSCR": "subscr", "STORE_ATTR": "store_attr", "POP_TOP": "pop", "YIELD_VALUE": "yield_value",
}


def codes_of(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from codes_of(const)


def all_codes():
    for module in MODULES:
        with open(module.__file__) as file:
            yield from codes_of(compile(file.read(), module.__file__, "exec"))
    yield from codes_of(compile(big_source(), "big", "exec"))
    yield from codes_of(compile(OTHER, "other", "exec"))


def big_source():
    """Arguments and jumps that need EXTENDED_ARG."""
    lines = ["def f(x):", "  for i in x:"]
    lines += [f"    v{i} = x.a{i} + {i * 1.5} + g{i}" for i in range(400)]
    lines += ["    if x: continue", "    while x < 3: x += 1", "  return v399"]
    return "\n".join(lines)


OTHER = '''
async def g(a):
    async with a as b, a: await b
    async for x in a: yield x
    return_ = [y async for y in a]
def h(x, *a, **k):
    match x:
        case {"a": 1, **rest}: return rest
        case [1, *b]: return -b, +b, ~b, not b
        case C(d=1): del x
    try:
        x[1:2] = x[3:4]; x[1] += 2; x @= 3
    except* ValueError: pass
    def inner(): nonlocal x; x = 1; return super().foo, super(A, B).bar()
    yield from inner(*a, **k); (yield)
    return f"{x!r:>3} {x}", {**k, 1: 2}, {*a, 1}, [*a], lambda: x, 1 if x is None else 2
class C[T]:
    y: int = 1
    type A = int
'''


def instructions(code):
    """dis's, those behind EXTENDED_ARG as (start, instruction)."""
    start = None
    for i in dis.get_instructions(code):
        if i.opname == "EXTENDED_ARG":
            start = i.offset if start is None else start
            continue
        yield (i.offset if start is None else start), i
        start = None


def expected_target(i, following):
    if i.opname in ("FOR_ITER",):
        return i.jump_target // 2 + (2 if VERSION == (3, 13) else 1)
    if i.opname == "END_ASYNC_FOR":
        return -1
    return -1 if i.jump_target is None else i.jump_target // 2


def check_name(i, arg, arg2, obj):
    op, raw = i.opname, i.arg
    if op in ("LOAD_NAME", "STORE_NAME", "STORE_GLOBAL", "STORE_ATTR", "IMPORT_FROM", "DELETE_NAME", "DELETE_ATTR",
              "LOAD_FROM_DICT_OR_GLOBALS", "IMPORT_NAME"):
        assert obj == i.argval
    elif op == "LOAD_GLOBAL":
        assert (obj, arg2) == (i.argval, raw & 1)
    elif op == "LOAD_ATTR":
        assert obj == i.argval
    elif op == "LOAD_SUPER_ATTR":
        assert (obj, arg, arg2) == (i.argval, raw & 1, raw >> 1 & 1)
    elif op in ("LOAD_CONST", "RETURN_CONST", "LOAD_SMALL_INT"):
        assert obj is i.argval or obj == i.argval
        assert type(obj) is type(i.argval)
    elif op == "LOAD_COMMON_CONSTANT":
        assert obj is dis._common_constants[raw] or obj == dis._common_constants[raw]
    elif op == "LOAD_ASSERTION_ERROR":
        assert obj is AssertionError
    else:
        assert obj is ...


def check_arg(i, op, arg, arg2):
    raw = i.arg
    if i.opname == "COMPARE_OP":
        assert (arg, arg2) == (raw >> 5, raw >> 4 & 1)
    elif i.opname == "BINARY_OP":
        if VERSION >= (3, 14) and raw == 26:
            assert op == "subscr"
        else:
            assert op == "binary" and (arg, arg2) == (raw % 13, raw // 13)
    elif op in ("load_fast2", "store_fast2", "store_load_fast"):
        assert (arg, arg2) == (raw >> 4, raw & 15)
    elif op in ("resume", "load_global", "load_super_attr", "call_ex"):
        pass
    elif raw is not None:
        assert arg == raw


def check(cpy, code):
    listed = list(instructions(code))
    for n, (start, i) in enumerate(listed):
        at, op_at = start // 2, i.offset // 2
        op, arg, arg2, got_at, got_op_at, following, target, delta, obj, name = cpy.decode(code, op_at)
        assert op != "unknown", i
        assert name == i.opname
        assert (got_at, got_op_at) == (at, op_at), i
        if n + 1 < len(listed):
            assert following == listed[n + 1][0] // 2, i
        assert target == expected_target(i, following), i
        if op == "for_iter":
            landing = cpy.decode(code, target)
            assert delta == (-1 if VERSION == (3, 13) else 0)
            assert VERSION == (3, 13) or landing[0] == "pop_iter"
        if i.opname in SPECIAL:
            assert op == SPECIAL[i.opname]
        check_arg(i, op, arg, arg2)
        check_name(i, arg, arg2, obj)
        for extended in range(at, op_at):
            assert cpy.decode(code, extended) == cpy.decode(code, op_at)


def test_every_instruction(cpy):
    seen = set()
    for code in all_codes():
        check(cpy, code)
        seen.update(i.opname for i in dis.get_instructions(code))
        size, loops, base = cpy.code_facts(code)
        assert size == len(code.co_code) // 2
        assert bool(loops) == any(i.opname == "JUMP_BACKWARD" for i in dis.get_instructions(code))
        names = set(code.co_varnames) | set(code.co_cellvars) | set(code.co_freevars)
        assert base == len(names) or code.co_flags & inspect.CO_NEWLOCALS == 0
    assert len(seen) > 90
    known = set(dis.opmap) - seen
    print("not seen:", sorted(k for k in known if dis.opmap[k] < 128))


def test_handlers(cpy):
    for code in all_codes():
        entries = dis._parse_exception_table(code)
        for place in range(len(code.co_code) // 2):
            expected = None
            for e in entries:
                if e.start <= place * 2 < e.end:
                    expected = (e.target // 2, e.depth, int(e.lasti))
            assert cpy.handler(code, place) == expected


class Thing:
    def __init__(self):
        self.x = 1

    def m(self):
        return self.x


def work(n, thing):
    total = 0
    for i in range(n):
        total += thing.m() + len("abc") + [1, 2][i & 1]
        if total == 3 or {1: 2}.get(i) is None:
            x, y = i, i
        total += x
    for z in (1, 2, 3):
        total -= z
    while n:
        n -= 1
    return total


def test_specialised_and_instrumented(cpy):
    plain = [cpy.decode(work.__code__, i.offset // 2) for _, i in instructions(work.__code__)]
    for _ in range(5000):
        work(20, Thing())
    assert plain == [cpy.decode(work.__code__, i.offset // 2) for _, i in instructions(work.__code__)]
    monitoring = sys.monitoring
    monitoring.use_tool_id(3, "test")
    events = monitoring.events
    for which in (events.INSTRUCTION, events.LINE, events.JUMP | events.LINE | events.INSTRUCTION | events.CALL |
                  events.PY_START | events.PY_RETURN):
        monitoring.register_callback(3, events.INSTRUCTION, lambda *a: None)
        monitoring.set_local_events(3, work.__code__, which)
        work(20, Thing())
        assert plain == [cpy.decode(work.__code__, i.offset // 2) for _, i in instructions(work.__code__)]
    monitoring.set_local_events(3, work.__code__, 0)
    monitoring.free_tool_id(3)


def test_cache_entries_that_look_like_instructions(cpy):
    """What lies before an instruction may be a cache that holds any number: also that of a marker whose tables are not there."""
    code = compile("x = a.b\ny = x.c\n", "caches", "exec")
    listed = list(instructions(code))
    plain = [cpy.decode(code, i.offset // 2) for _, i in listed]
    units = (ctypes.c_uint8 * len(code.co_code)).from_address(id(code) + type(code).__basicsize__)
    after = [following for (_, i), (following, _) in zip(listed, listed[1:]) if following > i.offset + 2]
    assert len(after) >= 2
    for place in after:
        kept = units[place - 2], units[place - 1]
        for number in range(256):
            units[place - 2], units[place - 1] = number, 200
            assert plain == [cpy.decode(code, i.offset // 2) for _, i in listed], number
        units[place - 2], units[place - 1] = kept


@pytest.mark.skipif(VERSION == (3, 13), reason="3.13 has no JIT in these builds")
def test_executors(cpy):
    """Under CPython's own JIT, ENTER_EXECUTOR stands in the code."""
    if VERSION < (3, 14):
        return
    program = f"""if 1:
        import importlib.util, sys, dis
        spec = importlib.util.spec_from_file_location("_cpytest", {cpy.__file__!r})
        cpy = importlib.util.module_from_spec(spec); spec.loader.exec_module(cpy)
        def f(n):
            t = 0
            for i in range(n):
                t += i
            return t
        places = [i.offset // 2 for i in dis.get_instructions(f)]
        before = [cpy.decode(f.__code__, p) for p in places]
        for _ in range(100): f(10000)
        entered = any(i.opname == "ENTER_EXECUTOR" for i in dis.get_instructions(f, adaptive=True))
        assert before == [cpy.decode(f.__code__, p) for p in places]
        print(entered)
    """
    import os
    run = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHON_JIT": "1"}, capture_output=True,
                         text=True)
    assert run.returncode == 0, run.stderr
