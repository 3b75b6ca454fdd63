"""CPython's own tests with Jitney off and on: what passes without must pass with.

    python tools/conformance.py [--threshold N] [--jobs N] [--timeout SECONDS] [test_name ...]

Each test file runs in its own process, first off, then on with a low threshold. Ends non-zero when a test
file that passes off does not pass on.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def test_names() -> list[str]:
    try:
        from test.libregrtest.findtests import findtests
    except ImportError:
        sys.exit("conformance: CPython's tests are missing; on Debian install libpython3.x-testsuite")
    return list(findtests())


def run_one(name: str, on: bool, options: argparse.Namespace) -> tuple[bool, str]:
    environment = dict(os.environ, JITNEY="1" if on else "0")
    if on:
        environment["JITNEY_THRESHOLD"] = str(options.threshold)
    command = [sys.executable, "-m", "test", "-w", name]
    try:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, text=True, errors="replace", timeout=options.timeout,
        )
    except subprocess.TimeoutExpired as error:
        text = error.stdout or b""
        return False, (text.decode(errors="replace") if isinstance(text, bytes) else text) + "\n(timeout)"
    return done.returncode == 0, done.stdout + f"\n(exit {done.returncode})"


def run_both(name: str, options: argparse.Namespace) -> tuple[str, str, str]:
    passes_off, _ = run_one(name, False, options)
    if not passes_off:
        return name, "not passing without Jitney", ""
    passes_on, text = run_one(name, True, options)
    return name, "ok" if passes_on else "FAILS WITH JITNEY", "" if passes_on else text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--threshold", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=int, default=900)
    options = parser.parse_args()
    counts: dict[str, int] = {}
    with ThreadPoolExecutor(options.jobs) as pool:
        for name, verdict, text in pool.map(lambda n: run_both(n, options), options.names or test_names()):
            counts[verdict] = counts.get(verdict, 0) + 1
            print(f"{name}: {verdict}", flush=True)
            if text:
                print("    " + "\n    ".join(text.splitlines()[-60:]), flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    return 1 if counts.get("FAILS WITH JITNEY") else 0


if __name__ == "__main__":
    sys.exit(main())
