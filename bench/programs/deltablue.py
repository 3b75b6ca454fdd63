"""DeltaBlue: an incremental solver of one-way constraints with strengths.

A chain of equalities and a projection of scaled values are planned, run, and edited.
"""

from __future__ import annotations

import enum


class Strength:
    def __init__(self, level: int, name: str) -> None:
        self.level = level
        self.name = name

    def is_stronger(self, other: Strength) -> bool:
        return self.level < other.level

    def is_weaker(self, other: Strength) -> bool:
        return self.level > other.level

    def weakest_of(self, other: Strength) -> Strength:
        return self if self.is_weaker(other) else other

    def next_weaker(self) -> Strength:
        return STRENGTHS[self.level + 1]


STRENGTHS = [
    Strength(level, name)
    for level, name in enumerate(
        ["required", "strong preferred", "preferred", "strong default", "normal", "weak default", "weakest"]
    )
]
REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST = STRENGTHS


class Direction(enum.IntEnum):
    NONE = 0
    FORWARD = 1
    BACKWARD = -1


class Variable:
    def __init__(self, name: str, value: int) -> None:
        self.name = name
        self.value = value
        self.constraints: list[Constraint] = []
        self.determined_by: Constraint | None = None
        self.mark = 0
        self.walk_strength = WEAKEST
        self.stay = True

    def add_constraint(self, constraint: Constraint) -> None:
        self.constraints.append(constraint)

    def remove_constraint(self, constraint: Constraint) -> None:
        self.constraints.remove(constraint)
        if self.determined_by is constraint:
            self.determined_by = None


class Constraint:
    """One that can be satisfied by computing one of its variables from the others."""

    is_input = False

    def __init__(self, planner: Planner, strength: Strength) -> None:
        self.planner = planner
        self.strength = strength

    def add(self) -> None:
        self.add_to_graph()
        self.planner.incremental_add(self)

    def destroy(self) -> None:
        if self.is_satisfied():
            self.planner.incremental_remove(self)
        else:
            self.remove_from_graph()

    def satisfy(self, mark: int) -> Constraint | None:
        """Enforce this one if it is strong enough; returns the one that it displaced."""
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength is REQUIRED:
                raise RuntimeError("a required constraint cannot be satisfied")
            return None
        self.mark_inputs(mark)
        out = self.output()
        overridden = out.determined_by
        if overridden is not None:
            overridden.mark_unsatisfied()
        out.determined_by = self
        if not self.planner.add_propagate(self, mark):
            raise RuntimeError("there is a cycle")
        out.mark = mark
        return overridden

    def add_to_graph(self) -> None:
        raise NotImplementedError

    def remove_from_graph(self) -> None:
        raise NotImplementedError

    def choose_method(self, mark: int) -> None:
        raise NotImplementedError

    def is_satisfied(self) -> bool:
        raise NotImplementedError

    def mark_inputs(self, mark: int) -> None:
        raise NotImplementedError

    def mark_unsatisfied(self) -> None:
        raise NotImplementedError

    def inputs_known(self, mark: int) -> bool:
        raise NotImplementedError

    def output(self) -> Variable:
        raise NotImplementedError

    def recalculate(self) -> None:
        raise NotImplementedError

    def execute(self) -> None:
        raise NotImplementedError


class UnaryConstraint(Constraint):
    def __init__(self, planner: Planner, variable: Variable, strength: Strength) -> None:
        super().__init__(planner, strength)
        self.variable = variable
        self.satisfied = False
        self.add()

    def add_to_graph(self) -> None:
        self.variable.add_constraint(self)
        self.satisfied = False

    def remove_from_graph(self) -> None:
        self.variable.remove_constraint(self)
        self.satisfied = False

    def choose_method(self, mark: int) -> None:
        self.satisfied = self.variable.mark != mark and self.strength.is_stronger(self.variable.walk_strength)

    def is_satisfied(self) -> bool:
        return self.satisfied

    def mark_inputs(self, mark: int) -> None:
        pass

    def mark_unsatisfied(self) -> None:
        self.satisfied = False

    def inputs_known(self, mark: int) -> bool:
        return True

    def output(self) -> Variable:
        return self.variable

    def recalculate(self) -> None:
        self.variable.walk_strength = self.strength
        self.variable.stay = not self.is_input
        if self.variable.stay:
            self.execute()


class StayConstraint(UnaryConstraint):
    def execute(self) -> None:
        pass


class EditConstraint(UnaryConstraint):
    is_input = True

    def execute(self) -> None:
        pass


class BinaryConstraint(Constraint):
    def __init__(self, planner: Planner, first: Variable, second: Variable, strength: Strength) -> None:
        super().__init__(planner, strength)
        self.first = first
        self.second = second
        self.direction = Direction.NONE
        self.add()

    def choose_method(self, mark: int) -> None:
        if self.first.mark == mark:
            if self.second.mark != mark and self.strength.is_stronger(self.second.walk_strength):
                self.direction = Direction.FORWARD
            else:
                self.direction = Direction.NONE
        elif self.second.mark == mark:
            if self.strength.is_stronger(self.first.walk_strength):
                self.direction = Direction.BACKWARD
            else:
                self.direction = Direction.NONE
        elif self.first.walk_strength.is_weaker(self.second.walk_strength):
            if self.strength.is_stronger(self.first.walk_strength):
                self.direction = Direction.BACKWARD
            else:
                self.direction = Direction.NONE
        elif self.strength.is_stronger(self.second.walk_strength):
            self.direction = Direction.FORWARD
        else:
            self.direction = Direction.NONE

    def add_to_graph(self) -> None:
        self.first.add_constraint(self)
        self.second.add_constraint(self)
        self.direction = Direction.NONE

    def remove_from_graph(self) -> None:
        self.first.remove_constraint(self)
        self.second.remove_constraint(self)
        self.direction = Direction.NONE

    def is_satisfied(self) -> bool:
        return self.direction != Direction.NONE

    def mark_inputs(self, mark: int) -> None:
        self.input().mark = mark

    def mark_unsatisfied(self) -> None:
        self.direction = Direction.NONE

    def inputs_known(self, mark: int) -> bool:
        source = self.input()
        return source.mark == mark or source.stay or source.determined_by is None

    def input(self) -> Variable:
        return self.first if self.direction == Direction.FORWARD else self.second

    def output(self) -> Variable:
        return self.second if self.direction == Direction.FORWARD else self.first

    def recalculate(self) -> None:
        source = self.input()
        out = self.output()
        out.walk_strength = self.strength.weakest_of(source.walk_strength)
        out.stay = source.stay
        if out.stay:
            self.execute()


class EqualityConstraint(BinaryConstraint):
    def execute(self) -> None:
        self.output().value = self.input().value


class ScaleConstraint(BinaryConstraint):
    """second = first * scale + offset, in either direction."""

    def __init__(
        self, planner: Planner, source: Variable, scale: Variable, offset: Variable, out: Variable, strength: Strength
    ) -> None:
        self.scale = scale
        self.offset = offset
        super().__init__(planner, source, out, strength)

    def add_to_graph(self) -> None:
        super().add_to_graph()
        self.scale.add_constraint(self)
        self.offset.add_constraint(self)

    def remove_from_graph(self) -> None:
        super().remove_from_graph()
        self.scale.remove_constraint(self)
        self.offset.remove_constraint(self)

    def mark_inputs(self, mark: int) -> None:
        super().mark_inputs(mark)
        self.scale.mark = mark
        self.offset.mark = mark

    def execute(self) -> None:
        if self.direction == Direction.FORWARD:
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value

    def recalculate(self) -> None:
        source = self.input()
        out = self.output()
        out.walk_strength = self.strength.weakest_of(source.walk_strength)
        out.stay = source.stay and self.scale.stay and self.offset.stay
        if out.stay:
            self.execute()


class Plan:
    def __init__(self) -> None:
        self.steps: list[Constraint] = []

    def add(self, constraint: Constraint) -> None:
        self.steps.append(constraint)

    def __len__(self) -> int:
        return len(self.steps)

    def execute(self) -> None:
        for constraint in self.steps:
            constraint.execute()


class Planner:
    def __init__(self) -> None:
        self.current_mark = 0

    def new_mark(self) -> int:
        self.current_mark += 1
        return self.current_mark

    def incremental_add(self, constraint: Constraint) -> None:
        mark = self.new_mark()
        overridden = constraint.satisfy(mark)
        while overridden is not None:
            overridden = overridden.satisfy(mark)

    def incremental_remove(self, constraint: Constraint) -> None:
        out = constraint.output()
        constraint.mark_unsatisfied()
        constraint.remove_from_graph()
        unsatisfied = self.remove_propagate_from(out)
        strength = REQUIRED
        while True:
            for other in unsatisfied:
                if other.strength is strength:
                    self.incremental_add(other)
            if strength is WEAKEST:
                break
            strength = strength.next_weaker()

    def make_plan(self, sources: list[Constraint]) -> Plan:
        mark = self.new_mark()
        plan = Plan()
        todo = sources
        while todo:
            constraint = todo.pop()
            if constraint.output().mark != mark and constraint.inputs_known(mark):
                plan.add(constraint)
                constraint.output().mark = mark
                self.add_consumers(constraint.output(), todo)
        return plan

    def plan_from(self, constraints: list[Constraint]) -> Plan:
        return self.make_plan([c for c in constraints if c.is_input and c.is_satisfied()])

    def add_propagate(self, constraint: Constraint, mark: int) -> bool:
        todo = [constraint]
        while todo:
            current = todo.pop()
            if current.output().mark == mark:
                self.incremental_remove(constraint)
                return False
            current.recalculate()
            self.add_consumers(current.output(), todo)
        return True

    def remove_propagate_from(self, out: Variable) -> list[Constraint]:
        out.determined_by = None
        out.walk_strength = WEAKEST
        out.stay = True
        unsatisfied = []
        todo = [out]
        while todo:
            variable = todo.pop()
            for constraint in variable.constraints:
                if not constraint.is_satisfied():
                    unsatisfied.append(constraint)
            determining = variable.determined_by
            for constraint in variable.constraints:
                if constraint is not determining and constraint.is_satisfied():
                    constraint.recalculate()
                    todo.append(constraint.output())
        return unsatisfied

    def add_consumers(self, variable: Variable, todo: list[Constraint]) -> None:
        determining = variable.determined_by
        for constraint in variable.constraints:
            if constraint is not determining and constraint.is_satisfied():
                todo.append(constraint)


def change(planner: Planner, variable: Variable, value: int) -> None:
    edit = EditConstraint(planner, variable, PREFERRED)
    plan = planner.plan_from([edit])
    for _ in range(10):
        variable.value = value
        plan.execute()
    edit.destroy()


def chain(length: int) -> int:
    """A long chain of equal variables; the first is edited, the last must follow."""
    planner = Planner()
    variables = [Variable(f"v{i}", 0) for i in range(length + 1)]
    for left, right in zip(variables, variables[1:]):
        EqualityConstraint(planner, left, right, REQUIRED)
    StayConstraint(planner, variables[-1], STRONG_DEFAULT)
    edit = EditConstraint(planner, variables[0], PREFERRED)
    plan = planner.plan_from([edit])
    total = 0
    for value in range(100):
        variables[0].value = value
        plan.execute()
        if variables[-1].value != value:
            raise AssertionError("the chain does not follow")
        total += variables[-1].value
    return total


def projection(count: int) -> int:
    """Pairs of variables joined by a scale and an offset that are edited in turn."""
    planner = Planner()
    scale = Variable("scale", 10)
    offset = Variable("offset", 1000)
    sources = []
    targets = []
    for i in range(count):
        source = Variable(f"source{i}", i)
        target = Variable(f"target{i}", i)
        sources.append(source)
        targets.append(target)
        StayConstraint(planner, source, NORMAL)
        ScaleConstraint(planner, source, scale, offset, target, REQUIRED)

    change(planner, source, 17)
    if target.value != 1170:
        raise AssertionError("projection: source to target")
    change(planner, target, 1050)
    if source.value != 5:
        raise AssertionError("projection: target to source")
    change(planner, scale, 5)
    for i in range(count - 1):
        if targets[i].value != i * 5 + 1000:
            raise AssertionError("projection: scale")
    change(planner, offset, 2000)
    total = 0
    for i in range(count - 1):
        if targets[i].value != i * 5 + 2000:
            raise AssertionError("projection: offset")
        total += targets[i].value
    return total


def run() -> object:
    return [(chain(2000), projection(2000)) for _ in range(5)]
