"""CPython's own test suite with Jitney off and on, compared test by test.

    python tests/conformance/run.py [options] [test_name ...]

Each file of the suite runs in a process of its own, off and then on with everything compiled early; what
passes off and not on is printed, and makes the end non-zero unless expected.txt has it with a reason. A file that
crashes or hangs is run again without the test that did it, so that one crash does not hide the rest. A file that
differs is run once more off and on, alone, when all others are through: what then does not differ, and was
no crash, is called unsteady.

Results are kept in build/conformance/, so a run that was broken off goes on where it was; results with Jitney
are thrown away when the extension was built anew. CHOICE=ci in the environment takes the files of ci.txt.
"""

from __future__ import annotations

import argparse
import ast
import fnmatch
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PASSES = ("ok", "skip", "xfail")
NEVER_EXPECTED = ("crash", "hang", "timeout")
MOST_CRASHES = 6  # how often a file that takes the process down is run again without that test
TAIL = 6000


@dataclass
class Outcome:
    """What one run of one test file gave."""

    name: str
    tests: dict[str, str] = field(default_factory=dict)  # id -> ok, skip, xfail, FAIL, ERROR, crash, hang
    code: int | None = 0
    seconds: float = 0.0
    output: str = ""
    build: str = ""

    def passes(self, test: str) -> bool:
        return self.tests.get(test) in PASSES


def tag_and_build() -> tuple[str, str]:
    """A name for this interpreter, and a digest of the Jitney that it has."""
    name = os.path.realpath(sys.executable) + sys.version
    tag = sys.version.split()[0] + sys.abiflags + "-" + hashlib.sha1(name.encode()).hexdigest()[:6]
    try:
        from jitney import _jitney
    except ImportError:
        sys.exit("conformance: Jitney is not installed here; use make conformance")
    return tag, hashlib.sha1(Path(_jitney.__file__).read_bytes()).hexdigest()[:12]


def all_names() -> list[str]:
    try:
        from test.libregrtest.findtests import findtests
    except ImportError:
        sys.exit("conformance: CPython's tests are missing; on Debian install libpython3.x-testsuite")
    return sorted(findtests())


def listed(path: Path) -> list[str]:
    """The lines of a list, without comments."""
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def read_events(path: Path) -> tuple[dict[str, str], str | None]:
    """Outcomes by test, and the test that was begun and did not end."""
    outcomes: dict[str, str] = {}
    running: str | None = None
    rank = {"ok": 0, "skip": 1, "xfail": 1, "FAIL": 2, "ERROR": 3}
    if not path.exists():
        return outcomes, None
    for line in path.read_text(errors="replace").splitlines():
        event, _, text = line.partition("\t")
        try:
            test = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            continue
        if event == "start":
            running = test
            outcomes.setdefault(test, "begun")
            continue
        if event in rank and rank[event] >= rank.get(outcomes.get(test, ""), -1):
            outcomes[test] = event
        if event in ("ok", "skip", "ERROR", "FAIL", "xfail") and running == test:
            running = None
    return outcomes, running


def run_process(command: list[str], environment: dict[str, str], cwd: Path, timeout: float) -> tuple[int | None, str]:
    """Exit code (None when it was stopped for time) and the output; the whole process group goes."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        size = out.seek(0, os.SEEK_END)
        out.seek(max(0, size - TAIL))
        return code, out.read().decode(errors="replace")


def run_file(name: str, on: bool, options: argparse.Namespace) -> Outcome:
    outcome = Outcome(name, build=options.build if on else "")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("JITNEY", "PYTHON"))}
    if on:
        environment.update(
            JITNEY="1", JITNEY_THRESHOLD=str(options.threshold), JITNEY_SIDE_THRESHOLD=str(options.side_threshold),
        )
    ignored: list[str] = []
    began = time.monotonic()
    for _ in range(MOST_CRASHES):
        scratch = Path(tempfile.mkdtemp(prefix="jc"))
        try:
            events = scratch / "events"
            command = [sys.executable, "-X", "faulthandler", str(HERE / "worker.py"), str(events), name]
            command += ["--tempdir", str(scratch), *(f"--ignore={test}" for test in ignored)]
            outcome.code, outcome.output = run_process(
                command, dict(environment, TMPDIR=str(scratch)), scratch, options.timeout
            )
            tests, running = read_events(events)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        for test, verdict in tests.items():
            if test not in outcome.tests or outcome.tests[test] == "begun":
                outcome.tests[test] = verdict
        ended_well = outcome.code is not None and outcome.code >= 0
        if ended_well or running is None or running in ignored:
            break
        outcome.tests[running] = "hang" if outcome.code is None else "crash"
        ignored.append(running)
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


class Store:
    """Outcomes on disk, one file each."""

    def __init__(self, tag: str) -> None:
        self.folder = ROOT / "build" / "conformance" / tag

    def path(self, name: str, on: bool) -> Path:
        return self.folder / ("on" if on else "off") / f"{name}.json"

    def load(self, name: str, on: bool, build: str) -> Outcome | None:
        try:
            outcome = Outcome(**json.loads(self.path(name, on).read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return outcome if not on or outcome.build == build else None

    def save(self, outcome: Outcome, on: bool) -> None:
        path = self.path(outcome.name, on)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(outcome), indent=0))


def kept_or_run(name: str, on: bool, store: Store, options: argparse.Namespace) -> Outcome:
    kept = None if options.again and on else store.load(name, on, options.build)
    if kept is not None:
        return kept
    outcome = run_file(name, on, options)
    store.save(outcome, on)
    return outcome


def whole_file(outcome: Outcome) -> bool:
    """The file's own success: it has an outcome although tests may have none (doctests, import errors)."""
    return outcome.code == 0


def differences(off: Outcome, on: Outcome) -> dict[str, str]:
    """What passes off and not on: test id -> how it ended on."""
    found = {test: on.tests.get(test, "not reached") for test in off.tests if off.passes(test) and not on.passes(test)}
    for test, verdict in on.tests.items():
        if test not in off.tests and verdict not in PASSES:
            found[test] = verdict
    if whole_file(off) and not whole_file(on) and not found:
        found["(the file)"] = "timeout" if on.code is None else f"exit {on.code}"
    return found


def try_again(name: str, found: dict[str, str], options: argparse.Namespace) -> tuple[dict[str, str], list[str]]:
    """Of the differences that were found: those that are there again, and the unsteady ones. A crash once is one too many."""
    again = differences(run_file(name, False, options), run_file(name, True, options))
    stays = {test: how for test, how in found.items() if test in again or how == "crash" or how.startswith("exit -")}
    return stays, sorted(test for test in found if test not in stays)


def expected() -> list[tuple[str, str]]:
    """(version or '', pattern) of the differences that are allowed. A pattern may have a file's name before the test's."""
    rows = []
    for line in listed(HERE / "expected.txt"):
        first, _, rest = line.partition(" ")
        rows.append((first, rest.strip()) if first[0].isdigit() else ("", line))
    return rows


def is_expected(name: str, test: str, rows: list[tuple[str, str]]) -> bool:
    version = "%d.%d" % sys.version_info[:2]
    return any(
        only in ("", version) and (fnmatch.fnmatchcase(test, pattern) or fnmatch.fnmatchcase(f"{name} {test}", pattern))
        for only, pattern in rows
    )


def last_lines(text: str, count: int = 25) -> str:
    return "\n".join("    | " + line for line in text.rstrip().splitlines()[-count:])


def main() -> int:
    parser = argparse.ArgumentParser(description="CPython's own tests with Jitney off and on, test by test.")
    parser.add_argument("names", nargs="*", help="test files (default: all, or those of ci.txt with CHOICE=ci)")
    parser.add_argument("--threshold", type=int, default=1)
    parser.add_argument("--side-threshold", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS", 0)) or os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=float(os.environ.get("TIMEOUT", 600)), help="seconds a file")
    parser.add_argument("--again", action="store_true", help="run with Jitney even where a result is kept")
    parser.add_argument("--no-retry", dest="retry", action="store_false", help="do not try differing files twice")
    options = parser.parse_args()
    tag, options.build = tag_and_build()
    store = Store(tag)
    names = options.names or (listed(HERE / "ci.txt") if os.environ.get("CHOICE") == "ci" else all_names())
    rows = expected()
    began = time.monotonic()
    counts = {"files": 0, "tests that pass off": 0, "tests that pass on": 0, "differ": 0, "expected": 0, "unsteady": 0}
    failing: dict[str, list[str]] = {}
    later: list[tuple[str, Outcome, Outcome, dict[str, str]]] = []
    lock = threading.Lock()

    def report(name: str, off: Outcome, on: Outcome, found: dict[str, str], unsteady: list[str]) -> None:
        counts["files"] += 1
        counts["tests that pass off"] += sum(map(off.passes, off.tests))
        counts["tests that pass on"] += sum(map(on.passes, on.tests))
        counts["unsteady"] += len(unsteady)
        bad = {test: how for test, how in found.items() if how in NEVER_EXPECTED or not is_expected(name, test, rows)}
        counts["expected"] += len(found) - len(bad)
        counts["differ"] += len(bad)
        verdict = f"{len(bad)} DIFFER" if bad else "same" if off.tests or off.code == 0 else "not passing off either"
        print(f"{name}: {verdict} ({len(off.tests)} tests, {off.seconds:.0f} s off, {on.seconds:.0f} s on)", flush=True)
        for test in unsteady:
            print(f"  unsteady  {test}", flush=True)
        for test, how in sorted(bad.items()):
            print(f"  {how:9} {test}", flush=True)
        if bad:
            failing[name] = sorted(bad)
            print(last_lines(on.output), flush=True)

    def one(name: str) -> None:
        off, on = kept_or_run(name, False, store, options), kept_or_run(name, True, store, options)
        found = differences(off, on)
        with lock:
            if options.retry and any(how in NEVER_EXPECTED or not is_expected(name, test, rows) for test, how in found.items()):
                print(f"{name}: differs, to be tried again", flush=True)
                later.append((name, off, on, found))
            else:
                report(name, off, on, found, [])

    with ThreadPoolExecutor(options.jobs) as pool:
        for done in as_completed([pool.submit(one, name) for name in names]):
            done.result()
    for name, off, on, found in later:
        report(name, off, on, *try_again(name, found, options))
    if failing:
        print("\npasses without Jitney and not with:")
        for name, tests in sorted(failing.items()):
            print(f"  {name}: {', '.join(tests[:8])}{' ...' if len(tests) > 8 else ''}")
    print(f"\nconformance {tag}: " + ", ".join(f"{value} {key}" for key, value in counts.items()) +
          f"; {time.monotonic() - began:.0f} s; results in {store.folder.relative_to(ROOT)}")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
