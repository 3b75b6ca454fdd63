"""core/runtime/events.def lists just the lines that the engine logs, each with its channel."""

from __future__ import annotations

import re
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[2] / "core" / "runtime"
ROW = re.compile(r"^EVENT\(\s*(\w+),\s*(\w+),", re.MULTILINE)
LOGGED = re.compile(r"\brt_log(?:_text)?\(RT_LOG_(\w+),\s*\"(\w+)\"")
CALL = re.compile(r"\brt_log(?:_text)?\((?!uint32_t)")


def test_events() -> None:
    listed = ROW.findall((RUNTIME / "events.def").read_text())
    sources = [path.read_text() for path in sorted(RUNTIME.glob("*.c"))]
    logged = {(name, channel) for text in sources for channel, name in LOGGED.findall(text)}
    assert sum(len(CALL.findall(text)) for text in sources) == sum(len(LOGGED.findall(text)) for text in sources)
    assert sorted(listed) == sorted(logged)
