"""Every program in tests/programs, off and on: output, tracebacks and exit code are the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).resolve().parent / "programs"
NAMES = sorted(path.stem for path in PROGRAMS.glob("*.py"))
MODES = {
    "at-once": ["--threshold", "1"],
    "soon": ["--threshold", "20", "--side-threshold", "2"],
    "later": ["--threshold", "200", "--side-threshold", "10"],
}


@cache
def plain_outcome(run_python, name: str):
    done = run_python(f"{name}.py", cwd=PROGRAMS)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_same_as_plain(name: str, mode: str, run_python) -> None:
    done = run_python("-m", "jitney", *MODES[mode], f"{name}.py", cwd=PROGRAMS)
    code, out, err = plain_outcome(run_python, name)
    assert done.stdout == out
    assert done.stderr == err
    assert done.returncode == code


def test_there_are_programs() -> None:
    assert len(NAMES) >= 200
