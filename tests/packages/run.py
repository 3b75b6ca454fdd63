"""Test suites of packages that people use, Jitney off and on, compared test by test.

    python tests/packages/run.py [--threshold N] [name ...]

The packages are those of packages.toml, at the versions given there; names may be parts of names. Each is installed, with what
its tests need, into a folder of its own below build/packages/, and stays there. A test that passes off and not on is printed and
makes the end non-zero; what also fails off is only counted. One whose wheel or source this CPython cannot take is said to be left out.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TAIL = 3000
MOST_SHOWN = 20


@dataclass
class Outcome:
    """One run of a package's tests: what each gave, or why there is nothing."""

    tests: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    code: int | None = 0
    output: str = ""

    def count(self, what: str) -> int:
        return sum(outcome == what for outcome in self.tests.values())


def work_folder() -> Path:
    name = os.path.realpath(sys.executable) + sys.version
    tag = sys.version.split()[0] + sys.abiflags + "-" + hashlib.sha1(name.encode()).hexdigest()[:6]
    return ROOT / "build" / "packages" / tag


def pip(*arguments: str) -> str | None:
    """What pip said when it failed, else None."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    return None if done.returncode == 0 else (done.stdout + done.stderr)[-TAIL:]


def install(name: str, facts: dict, folder: Path) -> str | None:
    """Puts the package, what it needs and its source there; why that failed, or None."""
    requirement = f"{name}=={facts['version']}"
    wanted = [requirement, "pytest", *facts.get("needs", [])]
    mark = folder / "installed"
    if mark.exists() and mark.read_text().split() == wanted:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    only = ["--only-binary", name] if facts.get("wheel") else []
    failed = pip("install", "--target", str(folder / "site"), "--upgrade", *only, *wanted)
    if not failed and not facts.get("inside"):
        failed = pip("download", "--no-deps", "--no-binary", name, "--dest", str(folder), requirement)
        for archive_path in folder.glob("*.tar.gz"):
            with tarfile.open(archive_path) as archive:
                archive.extractall(folder / "source", filter="data")
    if not failed:
        mark.write_text("\n".join(wanted) + "\n")
    return failed


def read_report(path: Path) -> dict[str, str]:
    tests = {}
    for case in ElementTree.parse(path).iter("testcase"):
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        tests[f"{case.get('classname')}::{case.get('name')}"] = outcome
    return tests


def run_tests(facts: dict, folder: Path, settings: dict[str, str], timeout: float) -> Outcome:
    """The package's tests in a process of their own, under these settings of Jitney."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("JITNEY", "PYTEST"))}
    environment |= {"PYTHONPATH": str(folder / "site"), "PYTHONHASHSEED": "0", **settings}
    where = folder if facts.get("inside") else next(path for path in (folder / "source").iterdir() if path.is_dir())
    tests = ["--pyargs", *facts["tests"]] if facts.get("inside") else facts["tests"]
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore",
        f"--junitxml={report}", *facts.get("options", []), *tests,
    ]
    try:
        done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, errors="replace", timeout=timeout)
        code, output = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired as error:
        code, output = None, str(error)
    if not report.exists():
        return Outcome({}, 0.0, code, output[-TAIL:])
    seconds = float(next(ElementTree.parse(report).iter("testsuite")).get("time", "0"))
    return Outcome(read_report(report), seconds, code, output[-TAIL:])


def compare(name: str, facts: dict, off: Outcome, on: Outcome) -> bool:
    """Prints the package's line, and the tests that pass off and not on; is it alike?"""
    title = f"{name} {facts['version']}"
    if not off.count("passed"):
        print(f"{title}: its tests do not run without Jitney either:\n{off.output}")
        return False
    lost = [test for test, outcome in off.tests.items() if outcome == "passed" and on.tests.get(test) != "passed"]
    print(
        f"{title}: passed {off.count('passed')} off, {on.count('passed')} on; failed {off.count('failed')} off, "
        f"{on.count('failed')} on; {off.seconds:.0f} s off, {on.seconds:.0f} s on; " + (f"{len(lost)} DIFFER" if lost else "same"),
        flush=True,
    )
    for test in lost[:MOST_SHOWN]:
        print(f"  {test}: {on.tests.get(test, 'did not run')}")
    if lost:
        print(on.output)
    return not lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--threshold", type=int, default=20, help="JITNEY_THRESHOLD of the run that is on (default %(default)s)")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one run of one package (default %(default)g)")
    options = parser.parse_args()
    packages = tomllib.loads((HERE / "packages.toml").read_text())
    chosen = [name for name in packages if not options.names or any(part in name for part in options.names)]
    if not chosen:
        sys.exit(f"packages: none is called {' or '.join(options.names)}; there are {', '.join(packages)}")
    settings = {"JITNEY": "1", "JITNEY_THRESHOLD": str(options.threshold), "JITNEY_SIDE_THRESHOLD": "3"}
    different = left_out = 0
    for name in chosen:
        facts, folder = packages[name], work_folder() / name
        failed = install(name, facts, folder)
        if failed:
            left_out += 1
            print(f"{name} {facts['version']}: left out, it is not installable for this CPython:\n{failed}", flush=True)
            continue
        off = run_tests(facts, folder, {"JITNEY": "0"}, options.timeout)
        on = run_tests(facts, folder, settings, options.timeout)
        different += not compare(name, facts, off, on)
    print(f"packages: {len(chosen) - different - left_out} alike, {different} different, {left_out} left out")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
