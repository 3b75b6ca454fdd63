"""python -m jitney [options] script.py args, -m module, -c code: run a program with Jitney on.

It must do what `python` does, and start as fast: so no argparse, and no import that can be spared.
The options are made from the native table of parameters.
"""

from __future__ import annotations

import os
import sys

from jitney import _jitney

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from typing import NoReturn

USAGE = "usage: python -m jitney [options] [-c code | -m module | script | -] [arguments]"


def main() -> None:
    """Run what the command line asks for, and exit as it exits."""
    options, rest = _split(sys.argv[1:])
    try:
        _jitney.check(options)
    except (TypeError, ValueError, OSError) as error:
        _fail(str(error))
    _enable(options)
    code = _run(rest)
    if code != 0:
        raise SystemExit(code)


def _fail(message: str) -> NoReturn:
    print(f"jitney: {message}", file=sys.stderr)
    raise SystemExit(2)


def _split(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """Our own options, and what is left: a program and its arguments."""
    options: dict[str, str] = {}
    while arguments and arguments[0].startswith("--") and arguments[0] != "--":
        name, equals, value = arguments.pop(0)[2:].partition("=")
        if name == "help":
            _show(_help())
        if name == "version":
            _show(f"jitney {_jitney.version} (CPython {sys.version.split()[0]})")
        if name.replace("-", "_") not in {row[0] for row in _jitney.params()}:
            _fail(f"there is no option --{name}; --help lists them")
        if not equals:
            if not arguments:
                _fail(f"--{name} needs a value")
            value = arguments.pop(0)
        if not value:
            _fail(f"--{name} needs a value")
        options[name.replace("-", "_")] = value
    if arguments and arguments[0] == "-h":
        _show(_help())
    if arguments and arguments[0] == "-V":
        _show(f"jitney {_jitney.version} (CPython {sys.version.split()[0]})")
    if arguments and arguments[0] == "--":
        del arguments[0]
    return options, arguments


def _show(text: str) -> NoReturn:
    print(text)
    raise SystemExit(0)


def _help() -> str:
    lines = [USAGE, "", "Runs the program as python does, its hot loops and functions as machine code.", ""]
    for name, environment, default, low, high, meaning in _jitney.params():
        kind = "TEXT" if default is None else "N"
        if name == "log":
            kind = "FILE"
        lines.append(f"  --{name.replace('_', '-')} {kind}")
        lines.append(f"        {meaning}")
        limits = "" if default is None else f"; {low} to {high}, default {default}"
        lines.append(f"        (environment: {environment}{limits})")
    lines += ["  --version, -V", "  --help, -h", ""]
    lines.append("JITNEY=1 in the environment turns Jitney on for every python that has it installed.")
    return "\n".join(lines)


def _enable(options: dict[str, str]) -> None:
    """What is wrong from here on is not the command line's fault: say it, and run without Jitney."""
    try:
        _jitney.enable(options)
    except Exception as error:
        print(f"jitney: not enabled: {' '.join(str(error).split())}", file=sys.stderr)


def _run(rest: list[str]) -> int:
    if not rest:
        if sys.stdin is not None and sys.stdin.isatty():
            print(_help(), file=sys.stderr)
            return 2
        return _run_stdin([""])
    first = rest[0]
    if first.startswith("-c"):
        return _run_code(rest)
    if first.startswith("-m"):
        return _run_module(rest)
    if first == "-":
        return _run_stdin(rest)
    if first.startswith("-"):
        _fail(f"there is no option {first}; --help lists them")
    return _run_script(rest)


def _attached_value(rest: list[str], what: str) -> tuple[str, list[str]]:
    """The value of -c or -m, which may hang on the letter, and the arguments behind it."""
    if len(rest[0]) > 2:
        return rest[0][2:], rest[1:]
    if len(rest) < 2:
        _fail(f"{rest[0]} needs {what}")
    return rest[1], rest[2:]


def _run_code(rest: list[str]) -> int:
    code, arguments = _attached_value(rest, "code to run")
    sys.argv[:] = ["-c", *arguments]
    _set_path0("")
    namespace = _reset_main()
    return _jitney.call_detached(_compile_command(code + "\n"), namespace)


def _compile_command(source: str):  # type: ignore[no-untyped-def]
    """A function of the namespace that runs source, with no Python frame of its own.

    An error in the source must appear with no frame of ours either, hence exec of the text then.
    """
    import builtins
    from functools import partial

    if sys.version_info >= (3, 14) and source[:1] in " \t\n":
        from textwrap import dedent

        source = dedent(source)
    try:
        code = compile(source, "<string>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, UnicodeError):
        return partial(builtins.exec, source)
    import linecache

    # Early micro releases of 3.13 know lines by file name only.
    key = code if hasattr(linecache, "_interactive_cache") else "<string>"
    linecache._register_code(key, source, "<string>")  # type: ignore[attr-defined]
    return partial(builtins.exec, code)


def _run_module(rest: list[str]) -> int:
    name, arguments = _attached_value(rest, "a module to run")
    import runpy

    sys.argv[:] = ["-m", *arguments]
    _reset_main()
    return _jitney.call_detached(runpy._run_module_as_main, name)  # type: ignore[attr-defined]


def _run_stdin(rest: list[str]) -> int:
    sys.argv[:] = rest
    _set_path0("")
    return _run_source(None, "<stdin>", _reset_main())


def _run_script(rest: list[str]) -> int:
    path = rest[0]
    sys.argv[:] = rest
    if _is_importable(path):
        import runpy

        _set_path0(_absolute(path))
        _reset_main()
        return _jitney.call_detached(runpy._run_module_as_main, "__main__", False)  # type: ignore[attr-defined]
    full = _absolute(path)
    if not _is_readable(full):
        return 2
    _set_path0(os.path.dirname(os.path.realpath(path)))
    namespace = _reset_main()
    if path.endswith(".pyc"):
        return _run_compiled(full, namespace)
    from _frozen_importlib_external import SourceFileLoader  # type: ignore[import-not-found]

    namespace["__loader__"] = SourceFileLoader("__main__", full)
    return _run_source(full, full, namespace)


def _is_readable(path: str) -> bool:
    """Say what python says, with its own name in front, when a script cannot be opened."""
    try:
        open(path, "rb").close()
    except OSError as error:
        print(
            f"{sys.orig_argv[0]}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}",
            file=sys.stderr,
        )
        return False
    return True


def _run_source(path: str | None, name: str, namespace: dict[str, object]) -> int:
    namespace["__file__"] = name
    if sys.version_info < (3, 15):
        namespace["__cached__"] = None
    try:
        return _jitney.run_file(path, namespace)
    finally:
        for key in ("__file__", "__cached__"):  # as the interpreter does before it ends
            namespace.pop(key, None)


def _run_compiled(path: str, namespace: dict[str, object]) -> int:
    import builtins
    from functools import partial

    from _frozen_importlib_external import SourcelessFileLoader

    loader = SourcelessFileLoader("__main__", path)
    namespace["__loader__"] = loader
    namespace["__file__"] = path
    try:
        code = loader.get_code("__main__")
    except (ImportError, EOFError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return _jitney.call_detached(partial(builtins.exec, code), namespace)


def _absolute(path: str) -> str:
    """As python makes a script's path absolute: the working directory in front, nothing cleaned up."""
    return os.path.join(os.getcwd(), path)


def _is_importable(path: str) -> bool:
    """Whether path is a directory or an archive that the import system can read."""
    if os.path.isdir(path):
        return True
    for hook in sys.path_hooks:
        try:
            hook(path)
        except ImportError:
            continue
        return True
    return False


def _set_path0(entry: str) -> None:
    """Put the program's own place where `python -m` has put the working directory."""
    if not sys.flags.safe_path:
        sys.path[0] = entry


def _reset_main() -> dict[str, object]:
    """Make __main__ what it is before a program starts."""
    import _frozen_importlib
    import builtins

    module = sys.modules["__main__"]
    namespace = module.__dict__
    namespace.clear()
    namespace.update(
        __name__="__main__",
        __doc__=None,
        __package__=None,
        __loader__=_frozen_importlib.BuiltinImporter,
        __spec__=None,
    )
    if sys.version_info < (3, 14):
        namespace["__annotations__"] = {}
    namespace["__builtins__"] = builtins
    return namespace
