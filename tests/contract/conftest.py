"""`same(source)`: a program off and on, in three settings; all that it prints and how it ends must be equal."""

from __future__ import annotations

import textwrap

import pytest

SETTINGS = {"at-once": ("1", "1"), "soon": ("3", "2"), "later": ("40", "4")}


@pytest.fixture
def same(run_python, tmp_path):
    """Runs it and compares; returns what it printed. Further keywords go into the environment."""

    def check(source: str, *arguments: str, timeout: float = 120, settings=tuple(SETTINGS), **environment: str) -> str:
        (tmp_path / "program.py").write_text(textwrap.dedent(source))
        command = ("program.py", *arguments)
        off = run_python(*command, cwd=tmp_path, timeout=timeout, **environment)
        assert "SyntaxError" not in off.stderr, off.stderr
        for name in settings:
            threshold, side = SETTINGS[name]
            on = run_python(
                *command, cwd=tmp_path, timeout=timeout * 2, JITNEY="1", JITNEY_THRESHOLD=threshold,
                JITNEY_SIDE_THRESHOLD=side, **environment,
            )
            assert (name, on.stdout, on.stderr, on.returncode) == (name, off.stdout, off.stderr, off.returncode)
        return off.stdout

    return check
