"""Runs one program again and again in this process, and prints by how much each round raised sys.gettotalrefcount(), and how
much machine code there is at the end.

    python3.14d tests/repeat_program.py PROGRAM ROUNDS [plain]

Jitney is switched off behind each round, so that what a round leaves is what is lost, and not what a trace keeps.
"""

import gc
import io
import sys
import types
import warnings

import jitney


def run(code) -> None:
    module = types.ModuleType("__main__")
    module.__file__ = code.co_filename
    sys.modules["__main__"] = module
    try:
        exec(code, module.__dict__)
    except SystemExit:
        pass
    except BaseException:
        sys.excepthook(*sys.exc_info())


def one_round(code, compiled: bool) -> None:
    own, out, err = sys.modules["__main__"], sys.stdout, sys.stderr
    sys.stdout = sys.stderr = io.StringIO()
    if compiled:
        jitney.enable(threshold=2, side_threshold=2)
    try:
        run(code)
    finally:
        jitney.disable()
        sys.stdout, sys.stderr, sys.modules["__main__"] = out, err, own
    sys.last_exc = sys.last_value = sys.last_traceback = sys.last_type = None
    gc.enable()
    for _ in range(4):
        gc.collect()
    with warnings.catch_warnings(action="ignore"):
        sys._clear_type_cache()  # It holds names.


def main() -> None:
    program, rounds, compiled = sys.argv[1], int(sys.argv[2]), "plain" not in sys.argv
    sys.argv[1:] = []
    with open(program, encoding="utf-8") as file:
        code = compile(file.read(), program, "exec", dont_inherit=True)
    counts = [0] * (rounds + 1)
    for i in range(rounds + 1):
        one_round(code, compiled)
        counts[i] = sys.gettotalrefcount()
    print("code bytes:", jitney.stats()["code_bytes"])
    print("left behind:", *[counts[i + 1] - counts[i] for i in range(rounds)])


main()
