"""Every program in tests/programs, off and on: output, tracebacks and exit code are the same.

What is known to differ stands in tests/programs/expected.txt with its reason.
"""

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


def expected() -> dict[tuple[str, str], str]:
    """Reasons by program and mode."""
    found = {}
    for line in (PROGRAMS / "expected.txt").read_text().splitlines():
        words, _, reason = line.partition("#")
        if words.strip():
            name, modes = words.split()
            found.update({(name, mode): reason.strip() for mode in modes.split(",")})
    return found


EXPECTED = expected()


def case(name: str, mode: str):
    reason = EXPECTED.get((name, mode))
    marks = [pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)] if reason else []
    return pytest.param(name, mode, marks=marks)


@cache
def plain_outcome(run_python, name: str):
    done = run_python(f"{name}.py", cwd=PROGRAMS)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("name", "mode"), [case(name, mode) for name in NAMES for mode in MODES])
def test_same_as_plain(name: str, mode: str, run_python) -> None:
    done = run_python("-m", "jitney", *MODES[mode], f"{name}.py", cwd=PROGRAMS)
    code, out, err = plain_outcome(run_python, name)
    if done.returncode < 0 <= code:
        raise RuntimeError(f"ended by signal {-done.returncode}\n{done.stderr}")
    assert done.stdout == out
    assert done.stderr == err
    assert done.returncode == code


def test_there_are_programs() -> None:
    assert len(NAMES) >= 200


def test_what_is_expected_is_there() -> None:
    assert [row for row, reason in EXPECTED.items() if row[0] not in NAMES or row[1] not in MODES or not reason] == []
