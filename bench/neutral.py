"""What a compiler cannot help must not be hurt: off against on, and start-up.

    python bench/neutral.py [--rounds N] [name ...]

The first table is of in-process work (ratio off / on, 0.97 is the limit); the second of whole processes:
`python x` against `python -m jitney x`, in milliseconds that it takes longer.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pairs import HERE, clean_environment, header, is_same_output, measure

ARGPARSE = """
import argparse
parser = argparse.ArgumentParser()
for i in range(60):
    parser.add_argument(f"--option-{i}", type=int, default=i, help=f"the option {i}")
print(parser.parse_args(["--option-7", "9"]).option_7)
"""
IMPORTS = """
import argparse, ast, asyncio, collections, csv, dataclasses, decimal, difflib, email.message, enum, fractions
import functools, html.parser, http.client, inspect, json, logging, pathlib, pickle, random, re, shutil
import sqlite3, statistics, subprocess, tarfile, tempfile, textwrap, threading, tokenize, tomllib, typing
import unittest, urllib.request, uuid, xml.etree.ElementTree, zipfile
"""
PROCESSES = {"empty script": "", "argparse start": ARGPARSE, "stdlib imports": IMPORTS}


def time_process(command: list[str]) -> float:
    before = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=clean_environment())
    return time.perf_counter() - before


def time_start(source: str, rounds: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.py"
        script.write_text(source)
        commands = {"off": [sys.executable, str(script)], "on": [sys.executable, "-m", "jitney", str(script)]}
        best = {"off": 1e9, "on": 1e9}
        for _ in range(rounds):
            for mode, command in commands.items():
                best[mode] = min(best[mode], time_process(command))
    return best["off"], best["on"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    bad = []

    def is_chosen(name: str) -> bool:
        return not options.names or any(part in name for part in options.names)

    print(header("What must not be hurt"))
    print(f"{'program':<20} {'off ms':>9} {'on ms':>9} {'ratio':>7} {'cold':>7} {'output':>7}")
    for path in sorted((HERE / "neutral").glob("*.py")):
        if not is_chosen(path.stem):
            continue
        off, on = measure([str(HERE / "worker.py"), str(path), "12", "2"], options.rounds)
        if off.error or on.error or not is_same_output(off, on):
            bad.append(path.stem)
            print(f"{path.stem:<20} {off.error or on.error or 'outputs DIFFER'}")
            continue
        ratio, cold = min(off.steady) / min(on.steady), min(off.cold) / min(on.cold)
        print(
            f"{path.stem:<20} {min(off.steady) * 1e3:9.2f} {min(on.steady) * 1e3:9.2f} {ratio:6.3f}x {cold:6.3f}x "
            f"{'same':>7}{'' if ratio >= 0.97 else '  <'}",
            flush=True,
        )
    print(f"\n{'process':<20} {'python':>9} {'jitney':>9} {'ratio':>7} {'longer':>8}")
    for name, source in PROCESSES.items():
        if is_chosen(name):
            off_time, on_time = time_start(source, options.rounds * 5)
            print(
                f"{name:<20} {off_time * 1e3:9.2f} {on_time * 1e3:9.2f} {off_time / on_time:6.3f}x "
                f"{(on_time - off_time) * 1e3:+7.2f} ms",
                flush=True,
            )
    if bad:
        print(f"outputs differ or a run failed: {', '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
