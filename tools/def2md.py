#!/usr/bin/env python3
"""Refreshes the tables in docs/ir.md from core/ir/*.def.

    tools/def2md.py            rewrite the page
    tools/def2md.py --check    only say whether it is up to date (status 1 when not)

A table stands between two comments: <!-- ops.def --> and <!-- end -->.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ir.md"
IR = ROOT / "core" / "ir"
MACRO = {"ops.def": "OP", "calls.def": "CALL", "types.def": "TYPE", "memory.def": "MEM", "known.def": "KNOWN"}
HEAD = {
    "ops.def": ("operation", "result", "operands", "immediate", "flags", "meaning"),
    "calls.def": ("helper", "result", "operands", "reads", "writes", "flags", "meaning"),
    "types.def": ("type", "text", "meaning"),
    "memory.def": ("alias class", "meaning"),
    "known.def": ("type", "facts"),
}
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def split_row(row: str) -> list[str]:
    """The columns: commas inside strings do not separate."""
    parts = re.findall(r'\s*((?:"(?:[^"\\]|\\.)*"|[^,"])+)\s*(?:,|$)', row)
    return [STRING.sub(lambda m: m.group(1), part).strip() for part in parts]


def rows(name: str) -> list[list[str]]:
    text = without_comments((IR / name).read_text())
    pattern = re.compile(r"^%s\((.*)\)\s*$" % MACRO[name], re.MULTILINE)
    return [split_row(match.group(1)) for match in pattern.finditer(text)]


def cell(text: str) -> str:
    return text.replace("IR_TYPE_", "").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;") or " "


def table(name: str) -> str:
    head = HEAD[name]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in rows(name):
        first, rest = f"`{row[0]}`", [cell(text) for text in row[1:]]
        lines.append("| " + " | ".join([first, *rest]) + " |")
    return "\n".join(lines)


def refreshed(page: str) -> str:
    pattern = re.compile(r"(<!-- (\w+\.def) -->\n).*?(<!-- end -->)", re.DOTALL)
    return pattern.sub(lambda m: f"{m.group(1)}{table(m.group(2))}\n{m.group(3)}", page)


def main() -> int:
    page = PAGE.read_text()
    fresh = refreshed(page)
    if "--check" in sys.argv[1:]:
        if fresh != page:
            print("docs/ir.md is not up to date: run tools/def2md.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
