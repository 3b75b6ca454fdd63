"""What the benchmark commands share: interleaved pairs of processes, ratios, and the table."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


def clean_environment() -> dict[str, str]:
    """Without JITNEY*, so that off is off and on has the defaults; hashes are the same in all processes."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith("JITNEY")}
    return {**keep, "PYTHONHASHSEED": "0"}


@dataclass
class Side:
    """All processes of one program in one mode."""

    steady: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    sums: set[str] = field(default_factory=set)
    peak_kib: int = 0
    stats: dict[str, int] = field(default_factory=dict)
    error: str = ""

    def add(self, record: dict) -> None:
        times = record["times"]
        self.cold.append(times[0])
        self.steady.append(min(times[len(times) // 2 :]))
        self.sums.update(record["sums"])
        self.peak_kib = max(self.peak_kib, record["peak_kib"])
        self.stats = record["stats"]


def run_worker(command: list[str], timeout: float) -> dict:
    """The JSON of the last line; raises RuntimeError in one line when there is none."""
    try:
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, timeout=timeout, env=clean_environment()
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no end after {timeout:.0f} s") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RuntimeError(f"exit {done.returncode}: {last}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(command: list[str], rounds: int, timeout: float = 600) -> tuple[Side, Side]:
    """rounds pairs of processes, off and on in turn; the mode is put behind the command."""
    sides = {"off": Side(), "on": Side()}
    for index in range(rounds):
        for mode in ("off", "on") if index % 2 == 0 else ("on", "off"):
            if sides[mode].error:
                continue
            try:
                sides[mode].add(run_worker([*command, mode], timeout))
            except RuntimeError as error:
                sides[mode].error = str(error)
    return sides["off"], sides["on"]


def geometric_mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def is_same_output(off: Side, on: Side) -> bool:
    return not off.error and not on.error and len(off.sums) == 1 and off.sums == on.sums


def header(what: str) -> str:
    version = sys.version.split()[0]
    lines = [
        f"{what}: CPython {version} ({sys.executable}) with Jitney off against the same interpreter with it on.",
        "Processes are interleaved; steady is the best iteration of the second half of a process, cold the first",
        "iteration of a fresh one, each the best of its rounds; ratios are off / on (2.00: twice as fast).",
    ]
    if os.environ.get("PYTHON_JIT", "0") not in ("", "0"):
        lines.append("CPython's own JIT is asked for in the environment (PYTHON_JIT) on both sides.")
    return "\n".join(lines)


def compile_ms(stats: dict[str, int]) -> float:
    return stats.get("compile_ns", 0) / 1e6
