"""Random raw traces before and after the optimiser, in a C program that is built here: it needs no Python."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CORE = HERE.parents[1] / "core"
pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("replay")
    sources = [HERE / "fuzz_replay.c", *(path for folder in ("base", "ir", "opt") for path in sorted((CORE / folder).glob("*.c")))]
    flags = ["-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Wno-unused-parameter", "-DJN_DEBUG_CHECKS=1", f"-I{CORE}"]
    jobs = [
        (path, subprocess.Popen(["cc", *flags, "-c", str(path), "-o", str(out / f"{path.parent.name}_{path.stem}.o")]))
        for path in sources
    ]
    for path, job in jobs:
        assert job.wait() == 0, f"{path} does not compile"
    subprocess.run(["cc", *map(str, sorted(out.glob("*.o"))), "-lm", "-o", str(out / "fuzz_replay")], check=True)
    return out / "fuzz_replay"


@pytest.mark.parametrize("mode", [[], ["-side"]], ids=["loops", "side-traces"])
def test_random_raw_traces(program: Path, mode: list[str]) -> None:
    done = subprocess.run([program, "1", "5000", *mode], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:]
    if mode:
        assert ", 0 to the start" not in done.stdout, "no side trace went to the start of its tree"
