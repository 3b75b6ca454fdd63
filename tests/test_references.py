"""Every program in tests/programs again and again in one process of a debug build: no round leaves more references than it
does without Jitney, and no machine code is left."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if not hasattr(sys, "gettotalrefcount"):
    pytest.skip("counts references: needs a debug build, python3.14d", allow_module_level=True)

TESTS = Path(__file__).resolve().parent
NOT_HERE = {
    "python_iterators_followed": "CPython itself asserts on the StopIteration that a generator's iterator raises",
    "string_append_linear": "takes a minute on a debug build",
    "string_append_without_memory": "takes a minute on a debug build",
}
NAMES = sorted(path.stem for path in (TESTS / "programs").glob("*.py") if path.stem not in NOT_HERE)
ROUNDS = 4


def growth(run_python, name: str, *options: str) -> list[int]:
    """What each round left behind; the first ones fill caches."""
    done = run_python("-W", "ignore", "../repeat_program.py", f"{name}.py", str(ROUNDS), *options, cwd=TESTS / "programs")
    assert done.returncode == 0, done.stderr
    assert "code bytes: 0\n" in done.stdout
    line = next(line for line in done.stdout.splitlines() if line.startswith("left behind: "))
    return [int(word) for word in line.split()[2:]][ROUNDS // 2:]


@pytest.mark.parametrize("name", NAMES)
def test_level(name: str, run_python) -> None:
    found = growth(run_python, name)
    if min(found) > 1:
        assert min(found) <= max(growth(run_python, name, "plain"))
