"""The command line behaves as python's own, and the API as its docstrings say."""

from __future__ import annotations

import zipfile

import pytest

SHOW = """
import sys, traceback
print(__name__, list(globals()), sys.argv, sys.path[0], __spec__ and __spec__.name)
import __main__
print(vars(__main__) is globals())
traceback.print_stack()
try:
    sys._getframe(1)
except ValueError as error:
    print(error)
def depth(n):
    try:
        return depth(n + 1)
    except RecursionError:
        return n
print(depth(0))
"""
PROGRAMS = {
    "show": SHOW,
    "error": "def f():\n    1 / 0\nf()\n",
    "exit_text": "import sys; sys.exit('bad')",
    "exit_code": "import sys; sys.exit(7)",
    "interrupt": "raise KeyboardInterrupt",
    "syntax": "def f(:",
    "hook": "import sys\nsys.excepthook = lambda t, v, tb: print('hook', v, tb.tb_frame.f_code.co_name)\n1 / 0",
    "atexit": "import atexit\natexit.register(lambda: print('bye', x, __name__))\nx = 1\nraise SystemExit(2)",
    "finaliser": "class A:\n    def __del__(self): print('del')\na = A()\nraise SystemExit",
}


@pytest.fixture
def folder(tmp_path):
    for name, source in PROGRAMS.items():
        (tmp_path / f"{name}.py").write_text(source)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text(SHOW)
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", SHOW)
    (tmp_path / "link.py").symlink_to(tmp_path / "app" / "__main__.py")
    return tmp_path


COMMANDS = (
    [[f"{name}.py", "a", "-b", "--c"] for name in PROGRAMS]
    + [["-m", name, "x"] for name in PROGRAMS]
    + [["-c", source, "1"] for source in PROGRAMS.values() if "syntax" not in source]
    + [
        ["./show.py"], ["link.py"], ["app", "x"], ["app.zip"], ["empty"], ["missing.py"], ["-m", "missing"],
        ["-mshow"], ["-cprint(1)"], ["-", "q"], [], ["-m", "app"], ["-c", "  x = 1\n  print(x)"],
    ]
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c)[:40].replace("\n", " "))
def test_as_python(command, folder, run_python) -> None:
    plain = run_python(*command, cwd=folder, stdin=SHOW)
    ours = run_python("-m", "jitney", *command, cwd=folder, stdin=SHOW)
    assert ours.stdout == plain.stdout
    assert ours.stderr == plain.stderr
    assert ours.returncode == plain.returncode


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--threshold", "0"], "out of range"),
        (["--threshold", "1000001"], "out of range"),
        (["--threshold", "9" * 40], "out of range"),
        (["--threshold", "many"], "not a whole number"),
        (["--threshold="], "needs a value"),
        (["--threshold"], "needs a value"),
        (["--no-such"], "no option"),
        (["-x"], "no option"),
        (["--log", "/no/such/folder/log"], "cannot be written"),
        (["--log-channels", "compile,nonsense"], "no log channel 'nonsense'"),
        (["-c"], "needs code"),
        (["-m"], "needs a module"),
    ],
)
def test_bad_command_line(options, words, run_python) -> None:
    done = run_python("-m", "jitney", *options)
    if options[0] not in ("-c", "-m", "-x", "--threshold") or len(options) > 1:
        done = run_python("-m", "jitney", *options, *(["-c", "print('ran')"] if len(options) > 1 else []))
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "environment",
    [{"JITNEY_THRESHOLD": "0"}, {"JITNEY_LOG": "/no/such/folder/log"}, {"JITNEY_LOG_CHANNELS": "x"}],
)
@pytest.mark.parametrize("command", [["-c", "print('ran')"], ["-m", "jitney", "-c", "print('ran')"]])
def test_bad_environment_runs_without(environment, command, run_python) -> None:
    done = run_python(*command, JITNEY="1", **environment)
    assert done.returncode == 0
    assert done.stdout == "ran\n"
    lines = done.stderr.splitlines()
    assert lines and all(line.startswith("jitney: not enabled: ") for line in lines)


@pytest.mark.parametrize(("value", "expected"), [("1", "True"), ("0", "False"), ("", "False")])
def test_environment_switch(value, expected, run_python) -> None:
    code = "import sys; on = 'jitney' in sys.modules; import jitney; print(jitney.is_enabled(), on)"
    done = run_python("-c", code, JITNEY=value)
    assert done.stdout == f"{expected} {expected}\n"
    assert done.stderr == ""


def test_command_line_is_on(run_python) -> None:
    done = run_python("-m", "jitney", "-c", "import jitney; print(jitney.is_enabled())")
    assert done.stdout == "True\n"


def test_help_and_version(run_python) -> None:
    for option in ("--help", "-h"):
        done = run_python("-m", "jitney", option)
        assert done.returncode == 0
        assert "--threshold N" in done.stdout
        assert "JITNEY_LOG" in done.stdout
    assert run_python("-m", "jitney", "--version").stdout.startswith("jitney ")


def test_api(run_python) -> None:
    code = """
import jitney
assert not jitney.is_enabled()
jitney.disable()
jitney.enable(); jitney.enable()
assert jitney.is_enabled()
with jitney.paused():
    assert not jitney.is_enabled()
assert jitney.is_enabled()
jitney.enable(threshold=5, log_channels="compile")
assert isinstance(jitney.stats(), dict)
for options, kind in (({"threshold": 0}, ValueError), ({"threshold": 2.5}, ValueError), ({"nope": 1}, TypeError),
                      ({"log": "/no/such/folder/log"}, OSError), ({"log": 7}, ValueError)):
    try:
        jitney.enable(**options)
    except kind as error:
        assert "\\n" not in str(error)
    else:
        raise AssertionError(options)
assert jitney.is_enabled()
jitney.disable()
assert not jitney.is_enabled()
with jitney.paused():
    pass
assert not jitney.is_enabled()
print("ok")
"""
    done = run_python("-c", code)
    assert (done.stdout, done.stderr) == ("ok\n", "")


def test_subinterpreter_is_refused(run_python) -> None:
    code = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
ident = interpreters.create()
interpreters.exec(ident, '''
import jitney
try:
    jitney.enable()
except RuntimeError as error:
    print(error, flush=True)
''')
"""
    done = run_python("-c", code)
    assert "subinterpreter" in done.stdout, done.stderr


def test_environment_is_silent_in_a_subinterpreter(run_python) -> None:
    code = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
ident = interpreters.create()
interpreters.exec(ident, "import jitney; print(jitney.is_enabled(), flush=True)")
interpreters.destroy(ident)
print(jitney.is_enabled())
"""
    done = run_python("-c", "import jitney\n" + code, JITNEY="1")
    assert (done.stdout, done.stderr) == ("False\nTrue\n", "")
