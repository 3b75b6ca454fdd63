"""Collects text tests: one .ir file is one test, checked by jn (core/jn).

The program is $JN, or build/jn, which is built with gcc when it is missing or older than its sources.
JITNEY_BLESS=1 rewrites expectations instead. Where there is no gcc the tests are skipped.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PURE = ("base", "ir", "opt", "codegen", "jn")
FLAGS = ("-std=gnu11", "-g", "-O1", "-DJN_DEBUG_CHECKS=1", "-fno-strict-aliasing", "-Wall", "-Wextra", "-Icore")


def sources() -> list[Path]:
    return sorted(path for folder in PURE for path in (ROOT / "core" / folder).rglob("*") if path.is_file())


def is_current(program: Path) -> bool:
    return program.exists() and program.stat().st_mtime >= max(path.stat().st_mtime for path in sources())


def build(program: Path) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("jn is not built, and there is no gcc to build it")
    fresh = program.with_suffix(f".{os.getpid()}")
    files = [str(path.relative_to(ROOT)) for path in sources() if path.suffix == ".c"]
    done = subprocess.run([gcc, *FLAGS, "-o", str(fresh), *files, "-lm"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"jn does not build:\n{done.stderr[-4000:]}", pytrace=False)
    fresh.replace(program)


def find_jn() -> Path:
    """The program, built if it has to be; one process builds at a time."""
    if "JN" in os.environ:
        return (ROOT / os.environ["JN"]).absolute()
    program = ROOT / "build" / "jn"
    program.parent.mkdir(exist_ok=True)
    with open(program.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(program):
            build(program)
    return program


class TextTestFailed(Exception):
    pass


class TextTest(pytest.Item):
    def runtest(self) -> None:
        command = "bless" if os.environ.get("JITNEY_BLESS") else "test"
        try:
            done = subprocess.run([str(find_jn()), command, str(self.path)], capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            raise TextTestFailed(f"jn {command} {self.path} does not end") from None
        if done.returncode:
            end = f"\njn ended with status {done.returncode}" if done.returncode < 0 else ""
            raise TextTestFailed(done.stdout + done.stderr + end)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, TextTestFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, 0, str(self.path.relative_to(ROOT))


class TextFile(pytest.File):
    def collect(self):
        yield TextTest.from_parent(self, name=self.path.stem)


def pytest_collect_file(parent, file_path: Path):
    return TextFile.from_parent(parent, path=file_path) if file_path.suffix == ".ir" else None
