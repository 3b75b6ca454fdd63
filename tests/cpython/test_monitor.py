"""Events, moving a frame from them, raising where a frame is, other tools."""

import dis
import sys
import threading
import time
import traceback

import pytest

VERSION = sys.version_info[:2]


def place_of(func, opname, nth=0):
    return [i for i in dis.get_instructions(func) if i.opname.startswith(opname)][nth].offset // 2


@pytest.fixture
def events(cpy):
    """A list of what happened, and a table of what to do: (event, code, place) -> function."""

    class Events:
        log = []
        todo = {}

        def handle(self, event, code, place, dest):
            if code in self.codes:
                self.log.append((event, code, place, dest))
                return self.todo.get((event, code), lambda *a: None)(place, dest)

        codes = set()

    events = Events()
    events.log, events.todo, events.codes = [], {}, set()
    cpy.monitor_start(events.handle)
    yield events
    cpy.monitor_stop()


def loop(n):
    total = 0
    for i in range(n):
        total += i
    return total


def test_jumps_and_starts(cpy, events):
    events.codes.add(loop.__code__)
    assert loop(3) == 3
    head, back = place_of(loop, "FOR_ITER"), place_of(loop, "JUMP_BACKWARD")
    jumps = [("jump", loop.__code__, back, head)] * 3
    assert events.log == jumps
    cpy.tell_starts(loop.__code__, True)
    assert loop(3) == 3
    assert [e[0] for e in events.log[3:]] == ["start"] + ["jump"] * 3 and events.log[4:] == jumps
    cpy.observe(loop.__code__, True)
    cpy.observe(loop.__code__, False)
    assert loop(3) == 3
    assert events.log[7:] == events.log[3:7]
    cpy.tell_starts(loop.__code__, False)
    assert loop(3) == 3
    assert events.log[11:] == jumps
    assert cpy.monitor_is_ours()


def test_disable(cpy, events):
    events.codes.add(loop.__code__)
    events.todo["jump", loop.__code__] = lambda place, dest: "disable"
    loop(5), loop(5)
    assert len([e for e in events.log if e[0] == "jump"]) == 1
    sys.monitoring.restart_events()


def test_tracing_is_lowered(cpy, events):
    """Other tools see the Python code that a callback runs."""
    seen = []
    sys.monitoring.use_tool_id(2, "other")
    sys.monitoring.register_callback(2, sys.monitoring.events.PY_START, lambda code, offset: seen.append(code))
    sys.monitoring.set_events(2, sys.monitoring.events.PY_START)
    events.codes.add(loop.__code__)
    try:
        loop(1)
    finally:
        sys.monitoring.set_events(2, 0)
        sys.monitoring.free_tool_id(2)
    assert events.handle.__func__.__code__ in seen


def test_leave_a_loop(cpy, events):
    events.codes.add(loop.__code__)
    target = cpy.decode(loop.__code__, place_of(loop, "FOR_ITER"))[6]

    def leave(place, dest):
        cpy.ev_set(1, "changed")
        return target if VERSION != (3, 13) else dest

    events.todo["jump", loop.__code__] = leave
    if VERSION == (3, 13):
        with pytest.raises(TypeError):
            loop(5)
    else:
        assert loop(5) == "changed"


def test_observe(cpy, events):
    events.codes.add(loop.__code__)
    cpy.observe(loop.__code__, True)
    cpy.observe(loop.__code__, True)
    assert loop(2) == 1
    places = [e[2] for e in events.log if e[0] == "instruction"]
    starts = {cpy.decode(loop.__code__, place)[4] for place in places}
    assert starts == set(places)
    assert places.count(place_of(loop, "FOR_ITER")) == 3
    cpy.observe(loop.__code__, False)
    del events.log[:]
    loop(2)
    assert not [e for e in events.log if e[0] == "instruction"]


def test_observed_slots(cpy, events):
    events.codes.add(loop.__code__)
    seen = []
    events.todo["instruction", loop.__code__] = lambda place, dest: seen.append((place, cpy.ev_slots(), cpy.ev_place()))
    cpy.observe(loop.__code__, True)
    loop(2)
    cpy.observe(loop.__code__, False)
    place, slots, now = [s for s in seen if s[0] == place_of(loop, "BINARY_OP")][-1]
    assert now == place
    assert [value for _, value in slots][-2:] == [0, 1]
    assert len(slots) == cpy.code_facts(loop.__code__)[2] + (4 if VERSION == (3, 15) else 3)


def varied(x):
    """Most kinds of control flow."""
    out = []
    for i, y in enumerate(x):
        with open("/dev/null") as file:
            out.append(f"{y!r:>3}{i}" if y else file.name)
        try:
            out += [z for z in range(y) if z] + [*{1: 2}] + list({**{3: y}})
            if y == 2:
                raise ValueError("text") from None
            {}[y]
        except ValueError as error:
            out.append(str(error))
        except (KeyError, OSError):
            continue
        finally:
            out.append(min(1, 2, key=lambda q: q))
    def gen():
        got = yield 1
        yield from (got, 3)
        return 4
    def outer():
        out.append((yield from gen()))
    out.extend(outer())
    match x:
        case [1, *rest]: out.append(rest)
    try:
        with open("/dev/null"):
            raise KeyError
    except KeyError:
        pass
    a, (b, *c) = 1, (2, 3)
    return out if not (a < b < 3 and c) else out[1:2]


def test_depth(cpy, events):
    """The depth that follows from the code is the one that events find."""
    codes = [varied.__code__, *(c for c in varied.__code__.co_consts if hasattr(c, "co_code"))]
    seen = {}
    for code in codes:
        events.codes.add(code)
        for event in "instruction", "jump", "start":
            def note(place, dest, code=code):
                seen[code, place] = cpy.ev_depth()
            events.todo[event, code] = note
        cpy.observe(code, True)
        cpy.tell_starts(code, True)
    varied([1, 0, 2])
    for code in codes:
        cpy.observe(code, False)
        cpy.tell_starts(code, False)
    assert len(seen) > 150
    for (code, place), depth in seen.items():
        assert cpy.static_depth(code, place) == depth, (code.co_name, place)


def inside(x, log):
    try:
        while x:
            x -= 1
        log.append("end")
    except ValueError:
        log.append("caught")
        return "caught"
    except OSError:
        log.append("os")
        raise
    log.append(
        1)
    return "returned"


def raise_at(cpy, events, func, event, make, where):
    def act(place, dest):
        error = make()
        if error is not None:
            cpy.ev_go(where)
            return error

    events.codes.add(func.__code__)
    events.todo[event, func.__code__] = act


def test_raise_with_handler(cpy, events):
    log = []
    raise_at(cpy, events, inside, "jump", lambda: ValueError("v"), place_of(inside, "CALL"))
    assert inside(3, log) == "caught" and log == ["caught"]
    assert not [e for e in events.log if e[0] == "instruction"]


def test_raise_and_handler_reraises(cpy, events):
    log = []
    raise_at(cpy, events, inside, "jump", lambda: OSError("o"), place_of(inside, "CALL"))
    with pytest.raises(OSError) as info:
        inside(3, log)
    assert log == ["os"]
    names = [(e.name, e.line) for e in traceback.extract_tb(info.value.__traceback__)]
    assert ("inside", 'log.append("end")') in names


def test_raise_outside_the_handler(cpy, events):
    """The jump's target has a handler for it, the place where it happens has none: not caught."""
    log = []
    candidates = [i.offset // 2 for i in dis.get_instructions(inside)
                  if i.opname.startswith("CALL") and cpy.handler(inside.__code__, i.offset // 2) is None]
    where = candidates[-1]
    raise_at(cpy, events, inside, "jump", lambda: ValueError("v"), where)
    with pytest.raises(ValueError) as info:
        inside(3, log)
    assert log == []
    entries = [e for e in traceback.extract_tb(info.value.__traceback__) if e.name == "inside"]
    assert len(entries) == 1
    assert entries[0].lineno > inside.__code__.co_firstlineno + 10
    # The events it took are off again.
    del events.log[:], events.todo["jump", inside.__code__]
    assert inside(3, log) == "returned"
    assert not [e for e in events.log if e[0] == "instruction"]


def test_raise_without_any_handler(cpy, events):
    raise_at(cpy, events, loop, "jump", lambda: KeyError("k"), place_of(loop, "BINARY_OP"))
    with pytest.raises(KeyError) as info:
        loop(4)
    entries = [e for e in traceback.extract_tb(info.value.__traceback__) if e.name == "loop"]
    assert [e.line for e in entries] == ["total += i"]
    assert not [e for e in events.log if e[0] == "instruction"]


def test_raise_from_start(cpy, events):
    cpy.tell_starts(loop.__code__, True)
    raise_at(cpy, events, loop, "start", lambda: KeyError("k"), place_of(loop, "STORE_FAST"))
    with pytest.raises(KeyError) as info:
        loop(4)
    entries = [e for e in traceback.extract_tb(info.value.__traceback__) if e.name == "loop"]
    assert [e.line for e in entries] == ["total = 0"]
    cpy.tell_starts(loop.__code__, False)


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.exc = exc
        return True


def managed(n, manager):
    with manager:
        while n:
            n -= 1
        len(
            "text")
    return n


def test_raise_into_with(cpy, events):
    """The handler of a with block is entered with lasti: the same entries whoever enters it."""
    manager, seen = Manager(), []
    raise_at(cpy, events, managed, "jump", lambda: ValueError("v"), place_of(managed, "CALL", -2))
    start = place_of(managed, "WITH_EXCEPT_START")

    def note(place, dest):
        if place == start:
            seen.append(cpy.ev_slots()[2:])

    events.todo["instruction", managed.__code__] = note
    cpy.observe(managed.__code__, True)
    assert managed(2, manager) == 1
    assert manager.exc[0] is ValueError
    assert manager.exc[2].tb_lineno == managed.__code__.co_firstlineno + 4
    del events.todo["jump", managed.__code__]
    assert managed(object(), manager) is not None
    cpy.observe(managed.__code__, False)
    ours, theirs = ([kind for kind, _ in slots] for slots in seen)
    assert ours == theirs and ours.count("int") == (VERSION >= (3, 14))
    ours, theirs = ([type(value) for _, value in slots[:-1]] for slots in seen)
    assert ours == theirs


def test_raise_in_one_of_many_frames(cpy, events):
    """The inner frames of the same code pass the armed place unharmed."""
    log = []
    where = [i.offset // 2 for i in dis.get_instructions(inside)
             if i.opname.startswith("CALL") and cpy.handler(inside.__code__, i.offset // 2) is None][-1]
    state = {"armed": False}

    def once():
        if not state["armed"]:
            state["armed"] = True
            return LookupError("outer")

    raise_at(cpy, events, inside, "jump", once, where)

    with pytest.raises(LookupError):
        inside(2, log)
    assert inside(2, log) == "returned"


def test_raise_while_threads_pass(cpy, events):
    where = [i.offset // 2 for i in dis.get_instructions(inside)
             if i.opname.startswith("CALL") and cpy.handler(inside.__code__, i.offset // 2) is None][-1]
    mine = threading.get_ident()
    raise_at(cpy, events, inside, "jump",
             lambda: LookupError("mine") if threading.get_ident() == mine else None, where)
    stop = False

    def other():
        while not stop:
            results.add(inside(2, []))

    results = set()
    threads = [threading.Thread(target=other) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(200):
            with pytest.raises(LookupError):
                inside(2, [])
            del events.log[:]
    finally:
        stop = True
        for thread in threads:
            thread.join()
    assert results <= {"returned"}


def test_slot_taken(cpy):
    sys.monitoring.use_tool_id(5, "somebody else")
    try:
        with pytest.raises(RuntimeError):
            cpy.monitor_start(lambda *a: None)
        assert not cpy.monitor_is_ours()
    finally:
        sys.monitoring.free_tool_id(5)


def test_slot_lost(cpy):
    cpy.monitor_start(lambda *a: None)
    assert cpy.monitor_is_ours()
    sys.monitoring.free_tool_id(5)
    assert not cpy.monitor_is_ours()
    cpy.monitor_stop()
    cpy.monitor_start(lambda *a: None)
    assert cpy.monitor_is_ours()
    cpy.monitor_stop()
    assert sys.monitoring.get_tool(5) is None


def test_others(cpy, events):
    m = sys.monitoring
    code, other = loop.__code__, inside.__code__
    assert not cpy.others_watch(code) and not cpy.others_watch(None)
    cpy.observe(code, True)
    assert not cpy.others_watch(code)
    cpy.observe(code, False)
    m.use_tool_id(1, "coverage")
    try:
        m.set_local_events(1, code, m.events.LINE)
        assert cpy.others_watch(code) and not cpy.others_watch(other)
        m.set_local_events(1, code, 0)
        m.set_events(1, m.events.RAISE)
        assert cpy.others_watch(code) and cpy.others_watch(None)
        m.set_events(1, 0)
        assert not cpy.others_watch(code)
    finally:
        m.free_tool_id(1)
    for start in (sys.settrace, sys.setprofile):
        old = sys.gettrace()
        start(lambda *a: None)
        watched = cpy.others_watch(code)
        start(None)
        assert watched
        sys.settrace(old)
    assert not cpy.others_watch(code)


def test_breaker(cpy):
    before, after, word = cpy.breaker()
    assert after and word


def test_cost(cpy, capsys):
    def spin(n):
        while n:
            n -= 1

    def clock():
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            spin(200000)
            best = min(best, time.perf_counter() - start)
        return best

    plain = clock()
    cpy.monitor_bare()
    watched = clock()
    cpy.monitor_stop()
    with capsys.disabled():
        print(f" [a jump event: {(watched - plain) / 200000 * 1e9:.0f} ns]", end="")
