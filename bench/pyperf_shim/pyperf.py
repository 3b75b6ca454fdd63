"""Stands in for pyperf inside one process: runs what a benchmark hands to its Runner, several times.

JITNEY_BENCH_SECONDS and JITNEY_BENCH_ITERATIONS bound it. At exit one JSON line goes to the file that
JITNEY_BENCH_OUTPUT names: for each benchmark its times, one iteration each, and a digest of its results.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import hashlib
import json
import os
import platform
import time
from time import perf_counter

__all__ = ["Runner", "perf_counter", "python_implementation"]
SECONDS = float(os.environ.pop("JITNEY_BENCH_SECONDS", "3"))
ITERATIONS = int(os.environ.pop("JITNEY_BENCH_ITERATIONS", "15"))
OUTPUT = os.environ.pop("JITNEY_BENCH_OUTPUT", "")
MINIMUM = 0.02  # seconds of one timed iteration, once the cold one is over
results: dict[str, dict] = {}


def python_implementation() -> str:
    return platform.python_implementation().lower()


def digest(value: object) -> str:
    """Of results that have a text without addresses; of others only the type."""
    text = repr(value)
    if " at 0x" in text or " object " in text:
        text = type(value).__name__
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]


def write_results() -> None:
    stats: dict = {}
    try:
        import jitney

        if jitney.is_enabled():
            stats = {key: value for key, value in jitney.stats().items() if isinstance(value, (int, float))}
    except ImportError:
        pass
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    with open(OUTPUT, "w", encoding="utf-8") as file:
        json.dump({"benchmarks": results, "stats": stats, "peak_kib": peak}, file)


if OUTPUT:
    atexit.register(write_results)


class Runner:
    def __init__(self, *arguments: object, add_cmdline_args: object = None, **keywords: object) -> None:
        self.metadata: dict[str, object] = {}
        self.argparser = argparse.ArgumentParser()
        self.args: argparse.Namespace | None = None

    def parse_args(self, arguments: list[str] | None = None) -> argparse.Namespace:
        if self.args is None:
            self.args = self.argparser.parse_args(arguments)
        return self.args

    def bench_func(self, name: str, function, *arguments: object, inner_loops: int = 1, **keywords: object) -> None:
        sums: set[str] = set()

        def timed(loops: int) -> float:
            before = perf_counter()
            for _ in range(loops):
                value = function(*arguments)
            elapsed = perf_counter() - before
            sums.add(digest(value))
            return elapsed

        self._run(name, timed, inner_loops, sums)

    def bench_time_func(self, name: str, function, *arguments: object, inner_loops: int = 1, **keywords: object) -> None:
        self._run(name, lambda loops: function(loops, *arguments), inner_loops, set())

    def bench_async_func(self, name: str, function, *arguments: object, inner_loops: int = 1, loop_factory=None, **keywords: object) -> None:
        async def timed(loops: int) -> float:
            before = perf_counter()
            for _ in range(loops):
                await function(*arguments)
            return perf_counter() - before

        def run(loops: int) -> float:
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                return runner.run(timed(loops))

        self._run(name, run, inner_loops, set())

    def bench_command(self, name: str, command: list[str]) -> None:
        """Other processes are not measured."""

    def _run(self, name: str, timed, inner_loops: int | None, sums: set[str]) -> None:
        self.parse_args()
        inner = inner_loops or 1
        times = [timed(1) / inner]
        loops = 1
        started = time.perf_counter()
        while len(times) < ITERATIONS and (len(times) < 4 or time.perf_counter() - started < SECONDS):
            elapsed = timed(loops)
            times.append(elapsed / loops / inner)
            if elapsed < MINIMUM:
                loops = min(loops * 4, 1 << 20) if elapsed < MINIMUM / 4 else loops * 2
        results[name] = {"times": times, "sums": sorted(sums)}
