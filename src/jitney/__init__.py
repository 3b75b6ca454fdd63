"""Jitney: a tracing just-in-time compiler for the CPython you already run.

    import jitney
    jitney.enable()             # compile what is hot from here on
    jitney.enable(threshold=50)
    jitney.stats()              # what it did
    with jitney.paused():       # the plain interpreter for a while
        ...

The options are those that `python -m jitney --help` lists.
"""

from __future__ import annotations

from . import _jitney

__all__ = ["disable", "enable", "is_enabled", "paused", "stats"]
__version__: str = _jitney.version

_options: dict[str, int | str] = {}


def enable(**options: int | str) -> None:
    """Start compiling. An option that is not given comes from the environment, or is the default.

    Enabling again without options changes nothing; with options it starts anew with those.
    Raises RuntimeError where Jitney cannot work, with the reason.
    """
    global _options
    _jitney.enable(options)
    if options:
        _options = options


def disable() -> None:
    """Stop compiling and running machine code."""
    _jitney.disable()


def is_enabled() -> bool:
    """Whether Jitney is on."""
    return _jitney.is_enabled()


def stats() -> dict[str, int]:
    """Counters of what was compiled, left, given up and invalidated."""
    return _jitney.stats()


class paused:
    """A context in which the plain interpreter runs; Jitney is as before afterwards."""

    def __enter__(self) -> None:
        self._was_enabled = is_enabled()
        if self._was_enabled:
            disable()

    def __exit__(self, *exception: object) -> None:
        if self._was_enabled:
            enable(**_options)
