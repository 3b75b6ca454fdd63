"""One program in one process: runs its run() several times and prints a JSON line of what was seen.

    python bench/worker.py PROGRAM.py ITERATIONS SECONDS {off,on}

Stops after ITERATIONS or SECONDS, never before two iterations.
"""

from __future__ import annotations

import hashlib
import json
import runpy
import sys
import time


def peak_kib() -> int:
    """Of this process alone: ru_maxrss would begin with what the parent had when it forked."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def main() -> None:
    path, iterations, seconds, mode = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    stats: dict[str, int] = {}
    if mode == "on":
        import jitney

        jitney.enable()
    run = runpy.run_path(path, run_name="program")["run"]
    times = []
    sums = []
    started = time.perf_counter()
    while len(times) < 2 or (len(times) < iterations and time.perf_counter() - started < seconds):
        before = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - before)
        sums.append(hashlib.sha256(repr(result).encode()).hexdigest()[:12])
    peak = peak_kib()
    if mode == "on":
        stats = {key: value for key, value in jitney.stats().items() if isinstance(value, (int, float))}
    print(json.dumps({"times": times, "sums": sums, "peak_kib": peak, "stats": stats}))


main()
