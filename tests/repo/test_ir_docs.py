"""docs/ir.md has the tables of core/ir/*.def as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_tables_are_current() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "def2md.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
