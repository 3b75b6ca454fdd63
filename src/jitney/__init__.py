"""Jitney: a tracing just-in-time compiler for the CPython you already run.

    import jitney
    jitney.enable()             # compile what is hot from here on
    jitney.enable(threshold=50)
    jitney.stats()              # what it did
    with jitney.paused():       # the plain interpreter for a while
        ...

It works in the main interpreter of a process; every function here may be called from any of its threads.
"""

from __future__ import annotations

from . import _jitney

__all__ = ["disable", "enable", "is_enabled", "paused", "stats"]
__version__: str = _jitney.version

_options: dict[str, int | str] = {}


def enable(**options: int | str) -> None:
    """Start compiling what becomes hot. An option that is not given comes from the environment, or is the default.

    threshold           rounds of a loop before it is compiled; 1 compiles everything at once
    function_threshold  calls of a function before it is compiled; follows threshold when only that is given
    side_threshold      times that machine code is left at one exit before that is compiled too
    max_trace_length    length of a trace at most, in bytecode instructions of eight operations each
    max_traces          traces that are compiled at most
    code_memory         MiB of machine code at most
    log                 path of a file that is told what was compiled, given up, left and invalidated; lines are appended
    log_channels        what goes there, names with commas between: compile,abort,exit,invalidate,record,opt,code or all

    Whole numbers may be given as text. `python -m jitney --help` has limits, defaults and the environment's names.
    Enabling again without options changes nothing; with options it starts anew with those, and what was compiled is gone.

    Raises TypeError for an option that there is not, ValueError for a value that it cannot have, OSError for a log that cannot
    be written, and RuntimeError, with the reason, where Jitney cannot work: in a subinterpreter, when another tool has
    CPython's monitoring slot 5, on an interpreter whose objects are laid out in an unknown way.
    """
    global _options
    _jitney.enable(options)
    if options:
        _options = options


def disable() -> None:
    """Stop compiling, and throw away what was compiled. Machine code that is running is left at its next exit.

    Nothing happens when Jitney is off. Raises RuntimeError in a subinterpreter.
    """
    _jitney.disable()


def is_enabled() -> bool:
    """Whether Jitney is on; always False in a subinterpreter."""
    return _jitney.is_enabled()


def stats() -> dict[str, int]:
    """Counters since the process began, by name; a new dict.

    traces, side_traces     loops and functions compiled; exits compiled
    recordings, aborts      recordings started; given up
    abort_<reason>          the same by reason, where there were any
    places_given_up         loops and functions that will not be tried again
    entries, exits_taken    times that machine code was entered; that it was left to the interpreter
    deaths                  last references dropped by machine code, of objects whose death may run code
    invalidations           trees of traces thrown away because a fact they relied on changed
    steps                   bytecode instructions recorded
    compile_ns              nanoseconds spent optimising and generating code
    code_bytes              bytes of machine code that there are now
    """
    return _jitney.stats()


class paused:
    """A context in which the plain interpreter runs: `with jitney.paused():`.

    Jitney is on again afterwards if it was before, with the same options; what was compiled is compiled anew.
    """

    def __enter__(self) -> None:
        self._was_enabled = is_enabled()
        if self._was_enabled:
            disable()

    def __exit__(self, *exception: object) -> None:
        if self._was_enabled:
            enable(**_options)
