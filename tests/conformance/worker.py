"""Runs one file of CPython's test suite through libregrtest and notes each test's outcome as it ends.

    python worker.py RESULTS test_name [argument of regrtest ...]

RESULTS gets a line per event, `start`, `ok`, `skip`, `xfail`, `FAIL` or `ERROR`, a tab, the test's id. Written
unbuffered, so that what a crash interrupts is known: it has a start and no end.
"""

import os
import signal
import sys

_results = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
_process = os.getpid()


def note(event, test, detail=""):
    if os.getpid() == _process:
        identity = str(getattr(test, "id", lambda: test)()) + detail
        os.write(_results, f"{event}\t{identity!r}\n".encode())


def watch(result_class):
    def wrap(method, event):
        original = getattr(result_class, method)

        def noted(self, test, *arguments):
            note(event, test)
            return original(self, test, *arguments)

        setattr(result_class, method, noted)

    for method, event in (
        ("startTest", "start"), ("addSuccess", "ok"), ("addSkip", "skip"), ("addExpectedFailure", "xfail"),
        ("addFailure", "FAIL"), ("addError", "ERROR"), ("addUnexpectedSuccess", "FAIL"),
    ):
        wrap(method, event)
    original_subtest = result_class.addSubTest

    def add_subtest(self, test, subtest, error):
        if error is not None:
            note("FAIL", test)
        return original_subtest(self, test, subtest, error)

    result_class.addSubTest = add_subtest


def main():
    from test.libregrtest.main import main as regrtest
    from test.libregrtest.testresult import RegressionTestResult

    watch(RegressionTestResult)
    names, rest = [sys.argv[2]], sys.argv[3:]
    sys.argv[1:] = rest + names
    regrtest()


if __name__ == "__main__":
    # As `python -m test` has it: the folder of this file is not where tests import from.
    del sys.path[0]
    # A run in a shell's background ignores SIGINT; tests of signals do not expect that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()
