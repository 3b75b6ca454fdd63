"""A test that is lost with Jitney on is told; one that fails either way is not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("packages_run", Path(__file__).with_name("run.py"))
run = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(run)

REPORT = """<testsuites><testsuite time="1.5">
<testcase classname="a" name="one"/><testcase classname="a" name="two"><failure message="no"/></testcase>
<testcase classname="a" name="three"><skipped/></testcase>
</testsuite></testsuites>"""


def outcome(**tests: str) -> object:
    return run.Outcome(tests)


def test_report_is_read(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(REPORT)
    assert run.read_report(path) == {"a::one": "passed", "a::two": "failed", "a::three": "skipped"}


@pytest.mark.parametrize("on", [{"one": "failed", "two": "failed"}, {"two": "failed"}])
def test_lost_test_is_a_difference(on: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert not run.compare("p", {"version": "1"}, outcome(one="passed", two="failed"), outcome(**on))
    assert "1 DIFFER" in capsys.readouterr().out


def test_failing_either_way_is_alike(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.compare("p", {"version": "1"}, outcome(one="passed", two="failed"), outcome(one="passed", two="failed"))
    assert "same" in capsys.readouterr().out


def test_nothing_that_runs_is_no_success() -> None:
    assert not run.compare("p", {"version": "1"}, outcome(), outcome())
