"""The rules of the tree: who may include whom, and where versions and machines may be named."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"
PURE = {"base", "ir", "opt", "codegen"}

# What each folder may include besides itself and the C library.
MAY_INCLUDE = {
    "base": set(),
    "ir": {"base"},
    "opt": {"ir", "base"},
    "codegen": {"ir", "base"},
    "cpython": {"base", "ir"},
    "record": {"cpython", "ir", "base"},
    "runtime": {"record", "cpython", "codegen", "opt", "ir", "base"},
    "module": {"runtime", "record"},
    "jn": {"codegen", "opt", "ir", "base"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
CONDITION = re.compile(r"^\s*#\s*(?:el)?if.*$", re.MULTILINE)
PRIVATE_PYTHON = re.compile(r"^(internal/)?pycore_")


def sources() -> list[Path]:
    return sorted(path for path in CORE.rglob("*") if path.suffix in (".c", ".h", ".def"))


def folder_of(path: Path) -> str:
    return path.relative_to(CORE).parts[0]


def faults_of(path: Path) -> list[str]:
    folder = folder_of(path)
    faults = []
    for quote, name in INCLUDE.findall(path.read_text()):
        where = f"{path.relative_to(ROOT)} includes {name}"
        if quote == '"' and "/" in name and not PRIVATE_PYTHON.match(name):
            target = name.split("/")[0]
            if target != folder and target not in MAY_INCLUDE[folder]:
                faults.append(where)
            if folder == "codegen" and path.parent.name in ("x64", "a64"):
                other = {"x64": "a64", "a64": "x64"}[path.parent.name]
                if name.startswith(f"codegen/{other}/"):
                    faults.append(where)
        if PRIVATE_PYTHON.match(name) and folder != "cpython":
            faults.append(where)
        if folder in PURE | {"jn"} and name in ("Python.h", "structmember.h", "frameobject.h", "opcode.h"):
            faults.append(where)
    return faults


def test_includes() -> None:
    assert [fault for path in sources() for fault in faults_of(path)] == []


def test_versions_have_one_door() -> None:
    faults = [
        str(path.relative_to(ROOT))
        for path in sources()
        if "PY_VERSION_HEX" in path.read_text() and path != CORE / "cpython" / "version.h"
    ]
    assert faults == []


def test_machines_have_one_door() -> None:
    machine = re.compile(r"__x86_64__|__aarch64__|__amd64__")
    allowed = {CORE / "codegen" / "codegen.c"}
    faults = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources()
        if path not in allowed and path.parent.name not in ("x64", "a64")
        for line in CONDITION.findall(path.read_text())
        if machine.search(line)
    ]
    assert faults == []


def test_python_files_are_installed() -> None:
    build = (ROOT / "meson.build").read_text()
    missing = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src" / "jitney").rglob("*.py*")
        if path.suffix in (".py", ".pyi") and f"'{path.relative_to(ROOT)}'" not in build
    ]
    assert missing == []


def test_no_machine_paths() -> None:
    """No file names a place of the machine that it was written on."""
    pattern = re.compile(r"(?<![\w.\-])/(work|root)/")
    faults = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if parts[0].startswith((".git", ".venv", "build", ".pytest")) or "__pycache__" in parts or not path.is_file():
            continue
        if path != Path(__file__).resolve() and pattern.search(path.read_text(errors="replace")):
            faults.append(str(path.relative_to(ROOT)))
    assert faults == []
