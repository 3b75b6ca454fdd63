"""The code generator, tested in C programs that are built here: it needs no Python."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CORE = HERE.parents[1] / "core"
FOLDERS = ["base", "ir", "codegen", "codegen/x64"]
FLAGS = ["-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-DJN_DEBUG_CHECKS=1"]
pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What all programs link: the pure folders, compiled once."""
    out = tmp_path_factory.mktemp("codegen")
    sources = [path for folder in FOLDERS for path in sorted((CORE / folder).glob("*.c"))]
    sources.append(HERE / "harness.c")
    jobs = []
    for path in sources:
        target = out / (path.parent.name + "_" + path.stem + ".o")
        command = ["cc", *FLAGS, f"-I{CORE}", f"-I{HERE}", "-c", str(path), "-o", str(target)]
        jobs.append((target, subprocess.Popen(command)))
    for target, job in jobs:
        assert job.wait() == 0, f"{target.stem} does not compile"
    return [target for target, _ in jobs]


def build(name: str, objects: list[Path], out: Path) -> Path:
    program = out / name
    command = ["cc", *FLAGS, f"-I{CORE}", f"-I{HERE}", str(HERE / f"{name}.c")]
    subprocess.run([*command, *map(str, objects), "-lm", "-o", str(program)], check=True)
    return program


def run(program: Path, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["test_moves", "test_objects"])
def test_program(name: str, objects: list[Path], tmp_path: Path) -> None:
    run(build(name, objects, tmp_path))


def test_random_traces(objects: list[Path], tmp_path: Path) -> None:
    run(build("random_traces", objects, tmp_path), "1", "5000")


def plain(text: str) -> str:
    """What one assembler may write so and another so."""
    text = re.sub(r"\s+", " ", text.split("#")[0].strip())
    return text.replace(", ", ",").replace("+riz*1", "")


def unordered(text: str) -> str:
    """xchg and test mean the same with their register operands exchanged."""
    name, _, operands = text.partition(" ")
    if name in ("xchg", "test"):
        return name + " " + ",".join(sorted(operands.split(",")))
    return text


@pytest.mark.skipif(not shutil.which("objdump"), reason="no objdump")
def test_encodings(objects: list[Path], tmp_path: Path) -> None:
    lines = run(build("encodings", objects, tmp_path)).splitlines()
    code, starts, offset = bytearray(), {}, 0
    for line in lines:
        data, text = line.split("\t")
        starts[offset] = text
        code += bytes.fromhex(data)
        offset = len(code)
    binary = tmp_path / "code.bin"
    binary.write_bytes(code)
    command = "objdump -D -b binary -m i386:x86-64 -M intel --no-show-raw-insn --insn-width=16"
    listing = subprocess.run([*command.split(), str(binary)], capture_output=True, text=True, check=True)
    found = {}
    for match in re.finditer(r"^\s*([0-9a-f]+):\s+(.*)$", listing.stdout, re.M):
        found[int(match[1], 16)] = plain(match[2])
    wrong = [
        f"{starts[at]}  became  {found.get(at)}"
        for at in starts
        if unordered(plain(starts[at])) != unordered(found.get(at, "?"))
    ]
    assert not wrong, f"{len(wrong)} of {len(starts)} differ:\n" + "\n".join(wrong[:20])
    assert found.keys() == starts.keys()
