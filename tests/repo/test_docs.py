"""docs/how-it-works.md lists just the bytecode that the recorder does not compile; docs link to files that exist; the API tells of
every option and counter."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-it-works.md"
BLOCK = re.compile(r"(<!-- not compiled:.*?-->\n)(.*?)(<!-- end -->)", re.DOTALL)
ROW = re.compile(r"^(?:NEUTRAL|HANDLER)\(\s*(\w+)\s*[,)]", re.MULTILINE)


def names(path: str) -> list[str]:
    return ROW.findall((ROOT / "core" / path).read_text())


def test_not_compiled() -> None:
    left = sorted(set(names("cpython/neutral.def")) - set(names("record/handlers.def")))
    wanted = "\n" + "\n".join(f"- `{name}`" for name in left) + "\n\n"
    text = PAGE.read_text()
    if os.environ.get("JITNEY_BLESS"):
        PAGE.write_text(BLOCK.sub(lambda match: match[1] + wanted + match[3], text))
        return
    found = BLOCK.search(text)
    assert found and found[2] == wanted, "make bless ONLY=tests/repo/test_docs.py"


def test_options_and_counters_are_told() -> None:
    told = (ROOT / "src" / "jitney" / "__init__.py").read_text()
    runtime = ROOT / "core" / "runtime"
    rows = re.findall(r"^PARAM_(?:INT|TEXT)\(\s*(\w+)", (runtime / "params.def").read_text(), re.MULTILINE)
    rows += re.findall(r"^STAT\(\s*(\w+)", (runtime / "stats.def").read_text(), re.MULTILINE)
    assert rows and [name for name in rows if not re.search(rf"\b{name}\b", told)] == []


def test_links() -> None:
    missing = []
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / link).exists():
                missing.append(f"{page.name}: {link}")
    assert missing == []
