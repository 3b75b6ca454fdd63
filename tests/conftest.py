"""What all tests share: running a Python, with or without Jitney, in a clean environment.

Text tests (*.ir) are collected by tests/run_text.py when that is there.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
# What a shell runs in the background ignores SIGINT, and would hand that on to the programs.
signal.signal(signal.SIGINT, signal.default_int_handler)


def run_python(*arguments: str, cwd: Path | None = None, stdin: str = "", timeout: float = 120, **environment: str):
    """A subprocess of this interpreter; JITNEY* of our own environment is not passed on."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("JITNEY", "PYTHON"))}
    keep.update(PYTHONHASHSEED="0", PYTHONFAULTHANDLER="1", **environment)
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, input=stdin, env=keep, timeout=timeout,
        capture_output=True, text=True, errors="backslashreplace",
    )


def known_defects() -> list[tuple[str, str]]:
    """Rows of known_defects.txt: the beginning of a test's id, and what is wrong."""
    rows = []
    for line in (TESTS / "known_defects.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            beginning, _, reason = line.partition("  ")
            rows.append((beginning.strip(), reason.strip()))
    return rows


def pytest_collection_modifyitems(items) -> None:
    """Open defects are run and shown as xfailed or xpassed, so that they neither hide nor stop the rest."""
    rows = known_defects()
    for item in items:
        for beginning, reason in rows:
            if item.nodeid.startswith(beginning):
                item.add_marker(pytest.mark.xfail(reason=reason, strict=False))


@pytest.fixture(name="run_python")
def run_python_fixture():
    return run_python


def pytest_collect_file(parent, file_path):
    """Hands text tests to the collector in run_text.py."""
    module_path = TESTS / "run_text.py"
    if file_path.suffix != ".ir" or not module_path.exists():
        return None
    if "run_text" not in sys.modules:
        spec = importlib.util.spec_from_file_location("run_text", module_path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["run_text"] = module
        spec.loader.exec_module(module)
    return sys.modules["run_text"].pytest_collect_file(parent, file_path)
