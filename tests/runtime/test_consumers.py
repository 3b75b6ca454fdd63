"""jitney._consumers against the built-in functions that it stands in for."""

import builtins
import math
import random
from fractions import Fraction

import pytest
from jitney import _consumers


class Int(int):
    pass


class Float(float):
    pass


NUMBERS = [
    0, 1, -1, 2**62, -(2**62), 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**70, True, False, Int(5), Int(2**63), Int(2**80),
    0.1, 0.2, 0.3, 1e308, -1e308, 1e16, 1.0, -1e16, -0.0, math.inf, -math.inf, math.nan, Float(2.5),
    Fraction(1, 3), 1j, 2 + 3j, 10**400,
]  # fmt: skip


def outcome(function, items):
    try:
        return repr(function(item for item in items))
    except Exception as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize("choice", [NUMBERS, NUMBERS[:15], NUMBERS[15:28], NUMBERS[:28], [0.1, 1e16, 3, 2**60, -1e16]])
def test_sum_adds_as_the_builtin(choice):
    random.seed(7)
    for _ in range(5000):
        items = random.choices(choice, k=random.randint(0, 9))
        assert outcome(_consumers.sum, items) == outcome(builtins.sum, items), items


@pytest.mark.parametrize("name", ["any", "all", "list", "tuple", "set", "frozenset", "sorted", "min", "max"])
def test_others_do_as_the_builtin(name):
    random.seed(8)
    for _ in range(500):
        items = random.choices([0, 1, 2, 3.5, "a", "", None, True], k=random.choice([0, 1, 2, 5]))
        assert outcome(getattr(_consumers, name), items) == outcome(getattr(builtins, name), items), items


def test_join_joins_as_str():
    for items in ([], ["a"], ["a", "bc"], ["a", 1]):
        assert outcome(lambda it: _consumers.join("-", it), items) == outcome("-".join, items)


def test_generators_of_some_length_are_not_given_back(run_python, tmp_path):
    """A loop is judged by its first calls, few of which are timed."""
    program = tmp_path / "program.py"
    program.write_text(
        "def total(factor, items):\n"
        "    return sum(factor / (1.0 + item) for item in items)\n"
        "items = [float(number) for number in range(250)]\n"
        "for call in range(300):\n"
        "    result = total(2.5, items)\n"
        "print(result)\n"
    )
    log = tmp_path / "log"
    done = run_python("-m", "jitney", str(program), JITNEY_LOG=str(log))
    assert done.returncode == 0, done.stderr
    lines = [line for line in log.read_text().splitlines() if " consumer " in line]
    assert any(line.endswith(" sum") for line in lines), lines
    assert not any("given back" in line for line in lines), lines
