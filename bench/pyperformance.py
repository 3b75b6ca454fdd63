"""pyperformance's own programs, Jitney off against on, by group. Ends non-zero when one fails or differs.

    python bench/pyperformance.py [--rounds N] [--seconds S] [--iterations N] [name ...]

pyperformance comes from the package index into build/; each program's own requirements go into a folder of
theirs there. In the packages group compiled parts are taken out where the package works without. pyperf is
replaced by pyperf_shim/pyperf.py. Programs that need a network, or measure whole processes, are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from pairs import HERE, Side, clean_environment, geometric_mean, header, is_same_output

VERSION = "1.14.0"
STORE = HERE.parent / "build" / f"pyperformance-{Path(sys.prefix).name.removeprefix('.venv-')}"
GROUPS = {
    "pure Python": (
        "argparse argparse_subparsers barnes_hut bpe_tokeniser chaos comprehensions coroutines deepcopy deltablue "
        "fannkuch float generators go hexiom logging mdp meteor_contest nbody nqueens pathlib pickle_pure_python "
        "unpickle_pure_python pprint pyflate raytrace regex_compile richards richards_super scimark spectral_norm "
        "typing_runtime_protocols unpack_sequence"
    ),
    "packages": (
        "chameleon crypto_pyaes django_template docutils dulwich_log genshi html5lib mako sqlalchemy_declarative "
        "sqlalchemy_imperative sqlglot_v2 sqlglot_v2_optimize sqlglot_v2_parse sqlglot_v2_transpile sympy "
        "tornado_http yaml tomli_loads networkx networkx_connected_components networkx_k_core xdsl"
    ),
    "asyncio": "async_generators async_tree async_tree_cpu_io_mixed async_tree_memoization async_tree_eager",
    "mostly C": (
        "json_dumps json_loads pickle pickle_dict pickle_list unpickle unpickle_list pidigits regex_dna "
        "regex_effbot regex_v8 telco xml_etree sqlite_synth base64 decimal_factorial decimal_pi gc_collect"
    ),
}
NEED_DISTUTILS = {"bm_django_template", "bm_sympy"}
FLOORS = {"pure Python": 2.0, "packages": 1.0}


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("pip: " + (done.stderr.strip().splitlines() or ["failed"])[-1])


def programs_folder() -> Path:
    target = STORE / "pyperformance"
    folder = target / "pyperformance" / "data-files" / "benchmarks"
    if not folder.exists():
        pip("--no-deps", "--target", str(target), f"pyperformance=={VERSION}")
    return folder


def find_metafiles(folder: Path) -> dict[str, Path]:
    """The description of each program by name: pyproject.toml, or bm_<variant>.toml beside it."""
    found = {}
    for directory in sorted(folder.glob("bm_*")):
        found[directory.name[3:]] = directory / "pyproject.toml"
        for variant in directory.glob("bm_*.toml"):
            found[variant.stem[3:]] = variant
    return found


def install_requirements(directory: Path, is_pure: bool) -> Path | None:
    requirements = directory / "requirements.txt"
    if not requirements.exists() or not requirements.read_text().strip():
        return None
    target = STORE / directory.name
    if not (target / ".complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        lines = [line for line in requirements.read_text().splitlines() if not line.startswith("pyperf==")]
        chosen = STORE / f"{directory.name}.txt"
        chosen.write_text("\n".join(lines) + "\n")
        pip("--target", str(target), "-r", str(chosen))
        if directory.name in NEED_DISTUTILS:
            pip("--target", str(target), "setuptools")
            (target / "distutils").symlink_to("setuptools/_distutils")
        if is_pure:
            for library in target.rglob("*.so"):
                library.unlink()
        (target / ".complete").touch()
    return target


def run_once(metafile: Path, extra: Path | None, mode: str, options: argparse.Namespace) -> dict:
    """What pyperf_shim wrote; raises RuntimeError with the last line of stderr when there is nothing."""
    described = tomllib.loads(metafile.read_text()).get("tool", {}).get("pyperformance", {})
    script = metafile.parent / described.get("runscript", "run_benchmark.py")
    paths = [str(HERE / "pyperf_shim")] + ([str(extra)] if extra else [])
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "result.json"
        environment = {
            **clean_environment(),
            "PYTHONPATH": os.pathsep.join(paths),
            "JITNEY_BENCH_OUTPUT": str(output),
            "JITNEY_BENCH_SECONDS": str(options.seconds),
            "JITNEY_BENCH_ITERATIONS": str(options.iterations),
            "JITNEY": "1" if mode == "on" else "0",
        }
        command = [sys.executable, str(script), *described.get("extra_opts", [])]
        try:
            done = subprocess.run(
                command, env=environment, cwd=folder, capture_output=True, text=True, timeout=options.timeout,
                errors="replace",
            )
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"no end after {options.timeout:.0f} s") from None
        if done.returncode != 0 or not output.exists():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise RuntimeError(f"exit {done.returncode}: {last}")
        return json.loads(output.read_text())


def measure_program(metafile: Path, is_pure: bool, options: argparse.Namespace) -> dict[str, tuple[Side, Side]]:
    extra = install_requirements(metafile.parent, is_pure)
    sides: dict[str, tuple[Side, Side]] = {}
    for index in range(options.rounds):
        for mode in ("off", "on") if index % 2 == 0 else ("on", "off"):
            try:
                record = run_once(metafile, extra, mode, options)
            except RuntimeError as error:
                raise RuntimeError(f"{mode}: {error}") from None
            for name, result in record["benchmarks"].items():
                side = sides.setdefault(name, (Side(), Side()))[mode == "on"]
                sums = result["sums"] or ["none"]
                side.add({**result, "sums": sums, "peak_kib": record["peak_kib"], "stats": record["stats"]})
    return sides


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--iterations", type=int, default=15)
    parser.add_argument("--timeout", type=float, default=300)
    options = parser.parse_args()
    try:
        metafiles = find_metafiles(programs_folder())
    except RuntimeError as error:
        sys.exit(f"bench: pyperformance cannot be installed; is there a network? {error}")
    print(header(f"pyperformance {VERSION}"))
    bad, below = [], []
    for group, names in GROUPS.items():
        chosen = [n for n in names.split() if not options.names or any(part in n for part in options.names)]
        if not chosen:
            continue
        print(f"\n{group:<32} {'off ms':>10} {'on ms':>10} {'ratio':>7} {'cold':>7} {'MiB':>6} {'output':>7}")
        ratios, colds = [], []
        for name in chosen:
            if name not in metafiles:
                print(f"{name:<32} not in pyperformance {VERSION}")
                continue
            try:
                sides = measure_program(metafiles[name], group == "packages", options)
            except RuntimeError as error:
                print(f"{name:<32} {error}", flush=True)
                if str(error).startswith("on:"):
                    bad.append(name)
                continue
            for part, (off, on) in sides.items():
                if not off.steady or not on.steady:
                    bad.append(part)
                    continue
                ratios.append(min(off.steady) / min(on.steady))
                colds.append(min(off.cold) / min(on.cold))
                same = is_same_output(off, on) or off.sums == on.sums
                bad += [] if same else [part]
                below += [part] if ratios[-1] < 0.97 else []
                print(
                    f"{part:<32} {min(off.steady) * 1e3:10.4g} {min(on.steady) * 1e3:10.4g} {ratios[-1]:6.2f}x "
                    f"{colds[-1]:6.2f}x {(on.peak_kib - off.peak_kib) / 1024:+6.1f} {'same' if same else 'DIFFER':>7}",
                    flush=True,
                )
        floor = f" (floor {FLOORS[group]:g}x)" if group in FLOORS else ""
        print(
            f"geometric mean of {len(ratios)}: {geometric_mean(ratios):.2f}x steady{floor}, "
            f"{geometric_mean(colds):.2f}x cold"
        )
    if below:
        print(f"\nunder 0.97x: {', '.join(below)}")
    if bad:
        print(f"\nfailed with Jitney, or outputs differ: {', '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
