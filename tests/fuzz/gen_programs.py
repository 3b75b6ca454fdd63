"""Random programs off and on: makes them, compares them, and shrinks what differs.

    python tests/fuzz/gen_programs.py [--seconds N] [--seed N] [--count N]
    python tests/fuzz/gen_programs.py --show SEED          the program of that seed
    python tests/fuzz/gen_programs.py --check FILE ...     off against on for these files, shrunk when they differ

A seed gives the same program each time. A batch of programs runs in one process off and one on; when the output
or the exit differs, each program of the batch is tried alone, in all the threshold settings, and the one that
differs is cut down, a statement at a time, and saved in build/fuzz/.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

from program_generator import make_program  # noqa: E402
from shrink import shrink  # noqa: E402

SETTINGS = [(3, 2), (1, 1), (17, 3)]  # threshold, side threshold
BATCH = 12
MARK = "=== end of "
CHILD = """\
import sys
def one(name):
    with open(name) as file:
        code = compile(file.read(), "program", "exec")
    try:
        exec(code, {"__name__": "program", "__builtins__": __builtins__})
    except BaseException as error:
        at = error.__traceback__
        while at.tb_next: at = at.tb_next
        print("ended by", type(error).__name__, str(error)[:200], at.tb_lineno)
for name in sys.argv[1:]:
    one(name)
    print(%r + name, flush=True)
""" % MARK


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(files: list[Path], setting: tuple[int, int] | None, timeout: float) -> tuple[object, str, str]:
    """Exit code ('timeout' for none), output, and the end of stderr."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("JITNEY", "PYTHON"))}
    environment.update(PYTHONHASHSEED="0", PYTHONFAULTHANDLER="1")
    if setting:
        environment.update(JITNEY="1", JITNEY_THRESHOLD=str(setting[0]), JITNEY_SIDE_THRESHOLD=str(setting[1]))
    names = [str(file) for file in files]
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", CHILD, *names], env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="backslashreplace", timeout=timeout, preexec_fn=limit,
        )
    except subprocess.TimeoutExpired:
        return "timeout", "", ""
    return done.returncode, done.stdout, done.stderr[-3000:]


class Tester:
    """Whether a source differs off and on, in a folder of its own."""

    def __init__(self, folder: Path, timeout: float) -> None:
        self.file = folder / "one.py"
        self.timeout = timeout
        self.tries = 1  # more for what comes and goes

    def differs(self, source: str, setting: tuple[int, int], slack: float = 4.0) -> str:
        """Empty when not, else how."""
        self.file.write_text(source)
        off = run([self.file], None, self.timeout)
        if off[0] == "timeout":
            return ""
        for _ in range(self.tries):
            on = run([self.file], setting, self.timeout * slack)
            if off[:2] != on[:2]:
                break
        else:
            return ""
        if run([self.file], None, self.timeout)[:2] != off[:2]:
            return ""  # it is not steady off either
        if on[0] == "timeout":
            return "timeout"
        return "crash" if isinstance(on[0], int) and on[0] != off[0] else "output"


def report(source: str, label: str, setting: tuple[int, int], tester: Tester, effort: float) -> Path:
    how = tester.differs(source, setting)
    if not how:
        tester.tries = 5
        how = tester.differs(source, setting)
        print(f"\n{label} comes and goes{'' if how else ', and did not come again'}")
    small = shrink(source, lambda text: tester.differs(text, setting, 2.0) == how, effort) if how else source
    target = ROOT / "build" / "fuzz" / f"{label}.py"
    target.parent.mkdir(parents=True, exist_ok=True)
    version = ".".join(map(str, sys.version_info[:3]))
    heading = f"# {label}: {how}; CPython {version}, JITNEY_THRESHOLD={setting[0]} JITNEY_SIDE_THRESHOLD={setting[1]}\n"
    target.write_text(heading + small)
    tester.file.write_text(small)
    off = run([tester.file], None, tester.timeout)
    for _ in range(tester.tries):
        on = run([tester.file], setting, tester.timeout * 4)
        if on[:2] != off[:2]:
            break
    print(f"\nDIFFERS ({how}): {label}, in build/fuzz/{target.name}; threshold {setting[0]}, side threshold {setting[1]}")
    print("\n".join("    " + line for line in small.splitlines()[-60:]))
    for name, result in (("off", off), ("on", on)):
        body = result[1].replace(MARK + str(tester.file), "").rstrip()
        print(f"  {name}: exit {result[0]}\n" + "\n".join("    " + line[:300] for line in body.splitlines()[:12]))
        if name == "on" and result[0] not in (0, "timeout"):
            print("\n".join("    ! " + line[:300] for line in result[2].splitlines()[:14]))
    sys.stdout.flush()
    return target


def try_batch(seeds: list[int], timeout: float) -> tuple[list[tuple[int, tuple[int, int]]], int]:
    """The seeds whose programs differ, with the setting; and how many were left out because they are slow off."""
    setting = SETTINGS[seeds[0] % len(SETTINGS)]
    with tempfile.TemporaryDirectory(prefix="jf") as name:
        files = []
        for seed in seeds:
            file = Path(name) / f"p{seed}.py"
            file.write_text(make_program(seed))
            files.append(file)
        off = run(files, None, timeout * 2)
        if off[0] != "timeout" and off[:2] == run(files, setting, timeout * 8)[:2]:
            return [], 0
        found, slow = [], 0
        tester = Tester(Path(name), timeout)
        for seed, file in zip(seeds, files):
            source = file.read_text()
            if run([file], None, timeout)[0] == "timeout":
                slow += 1
                continue
            for each in [setting, *SETTINGS]:
                if tester.differs(source, each):
                    found.append((seed, each))
                    break
        if not found and off[0] != "timeout":
            print(f"seeds {seeds[0]} to {seeds[-1]} differ together and not alone, setting {setting}", flush=True)
            found.append((-seeds[0], setting))
        return found, slow


def check_files(names: list[str], options: argparse.Namespace) -> int:
    status = 0
    with tempfile.TemporaryDirectory(prefix="jf") as folder:
        tester = Tester(Path(folder), options.timeout)
        for name in names:
            source = Path(name).read_text()
            setting = next((each for each in SETTINGS if tester.differs(source, each)), None)
            print(f"{name}: {'differs' if setting else 'same'}")
            if setting:
                status = 1
                report(source, Path(name).stem + "-small", setting, tester, options.effort)
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description="Random programs with Jitney off and on.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, help="first seed (default: a fresh one; it is printed)")
    parser.add_argument("--count", type=int, default=0, help="stop after so many programs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=10, help="seconds for one program")
    parser.add_argument("--effort", type=float, default=120, help="seconds of shrinking for each find")
    parser.add_argument("--most", type=int, default=5, help="stop after so many finds")
    parser.add_argument("--show", type=int)
    parser.add_argument("--check", nargs="+", metavar="FILE")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.show is not None:
        print(make_program(options.show), end="")
        return 0
    if options.check:
        return check_files(options.check, options)
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(1, 1 << 31)
    print(f"fuzz: programs from seed {first}, {options.seconds:.0f} s", flush=True)
    end = time.monotonic() + options.seconds
    done = slow = 0
    finds: list[tuple[int, tuple[int, int]]] = []
    next_seed = first
    with ThreadPoolExecutor(options.jobs) as pool:
        while time.monotonic() < end and len(finds) < options.most and not (options.count and done >= options.count):
            starts = [next_seed + BATCH * k for k in range(options.jobs)]
            next_seed += BATCH * options.jobs
            for found, late in pool.map(lambda s: try_batch(list(range(s, s + BATCH)), options.timeout), starts):
                finds += found
                slow += late
                done += BATCH
    with tempfile.TemporaryDirectory(prefix="jf") as folder:
        for seed, setting in finds[: options.most]:
            if seed > 0:
                report(make_program(seed), f"seed-{seed}", setting, Tester(Path(folder), options.timeout), options.effort)
    print(f"fuzz: {done} programs, seeds {first} to {next_seed - 1}, {slow} too slow off, {len(finds)} differ"
          + (f" (seeds {', '.join(str(abs(seed)) for seed, _ in finds)})" if finds else ""))
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
