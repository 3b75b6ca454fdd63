"""The programs of programs.toml, Jitney off against on, as a table. Ends non-zero when an output differs.

    python bench/run.py [--demo] [--rounds N] [--iterations N] [--seconds S] [name ...]

Names may be parts of names. See pairs.py for what is measured.
"""

from __future__ import annotations

import argparse
import sys
import tomllib

from pairs import HERE, Side, compile_ms, geometric_mean, header, is_same_output, measure

DEMO = ["int_loop", "mandelbrot", "particles", "fib", "richards", "generators", "count_words"]
MEMORY_LIMIT_MIB = 15
COLUMNS = (
    f"{'program':<16} {'off ms':>8} {'on ms':>8} {'ratio':>7} {'floor':>6} {'goal':>5}   {'cold':>6} "
    f"{'output':>6} {'MiB':>6} {'traces':>6} {'comp ms':>8} {'ms/trace':>8} {'code B':>8}"
)


def row(name: str, facts: dict, off: Side, on: Side) -> str:
    if off.error or on.error:
        return f"{name:<16} " + "; ".join(f"{m}: {s.error}" for m, s in (("off", off), ("on", on)) if s.error)
    ratio = min(off.steady) / min(on.steady)
    cold = min(off.cold) / min(on.cold)
    memory = (on.peak_kib - off.peak_kib) / 1024
    traces = on.stats.get("traces", 0)
    mark = " " if ratio >= facts["floor"] else "<"
    return (
        f"{name:<16} {min(off.steady) * 1e3:8.1f} {min(on.steady) * 1e3:8.1f} {ratio:6.2f}x "
        f"{facts['floor']:5g}x {facts['goal']:4g}x {mark} {cold:5.2f}x "
        f"{'same' if is_same_output(off, on) else 'DIFFER':>6} "
        f"{memory:+6.1f}{'!' if memory > MEMORY_LIMIT_MIB else ' '}"
        f"{traces:6d} {compile_ms(on.stats):8.1f} {compile_ms(on.stats) / max(traces, 1):8.2f} "
        f"{on.stats.get('code_bytes', 0):8d}"
    )


def select(facts: dict[str, dict], names: list[str]) -> list[str]:
    chosen = [name for name in facts if not names or any(part in name for part in names)]
    if not chosen:
        sys.exit(f"bench: no program is called {' or '.join(names)}; there are {', '.join(facts)}")
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--demo", action="store_true", help="a few programs, shortly")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=3.0, help="at most, for one process")
    options = parser.parse_args()
    if options.demo:
        options.names, options.rounds, options.seconds = options.names or DEMO, 1, 1.5
    facts = tomllib.loads((HERE / "programs.toml").read_text())
    print(header("Programs"))
    print(COLUMNS, flush=True)
    ratios, colds, bad, below = [], [], [], []
    for name in select(facts, options.names):
        program = str(HERE / "programs" / f"{name}.py")
        command = [str(HERE / "worker.py"), program, str(options.iterations), str(options.seconds)]
        off, on = measure(command, options.rounds)
        print(row(name, facts[name], off, on), flush=True)
        if not is_same_output(off, on):
            bad.append(name)
        if off.error or on.error:
            continue
        ratios.append(min(off.steady) / min(on.steady))
        colds.append(min(off.cold) / min(on.cold))
        if ratios[-1] < facts[name]["floor"]:
            below.append(name)
    print(f"geometric mean of {len(ratios)}: {geometric_mean(ratios):.2f}x steady, {geometric_mean(colds):.2f}x cold")
    if below:
        print(f"below the floor (<): {', '.join(below)}")
    if bad:
        print(f"outputs differ or a run failed: {', '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
