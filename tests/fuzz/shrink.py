"""Cuts a program down while a test still holds: deletes statements, opens blocks, simplifies expressions."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator

BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


def bodies(tree: ast.AST) -> list[tuple[ast.AST, str]]:
    """Every list of statements, outer ones first."""
    found = []
    for node in ast.walk(tree):
        for name in BODIES:
            if isinstance(getattr(node, name, None), list) and getattr(node, name):
                found.append((node, name))
    return found


def text_of(tree: ast.Module) -> str | None:
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(text, "program", "exec")
        return text
    except (SyntaxError, ValueError, RecursionError, TypeError):
        return None


def deletions(source: str, first: int) -> Iterator[tuple[int, str]]:
    """The program without some run of statements: all of a body first, then halves, down to one."""
    for index in range(first, len(bodies(ast.parse(source)))):
        tree = ast.parse(source)
        node, name = bodies(tree)[index]
        statements = getattr(node, name)
        size = len(statements)
        while size >= 1:
            for start in range(len(statements) - size, -size, -size):
                start = max(start, 0)
                left = statements[:start] + statements[start + size:]
                if not left and name == "body" and not isinstance(node, ast.Module):
                    if isinstance(statements[0], ast.Pass):
                        continue
                    left = [ast.Pass()]
                setattr(node, name, left)
                text = text_of(tree)
                setattr(node, name, statements)
                if text:
                    yield index, text
            size //= 2


def openings(source: str, first: int) -> Iterator[tuple[int, str]]:
    """The program with one compound statement replaced by one of its blocks."""
    for index in range(first, len(bodies(ast.parse(source)))):
        tree = ast.parse(source)
        node, name = bodies(tree)[index]
        statements = getattr(node, name)
        for at, statement in enumerate(statements):
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                continue
            for inner in ("body", "orelse", "finalbody"):
                block = getattr(statement, inner, None)
                if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                    setattr(node, name, statements[:at] + block + statements[at + 1:])
                    text = text_of(tree)
                    setattr(node, name, statements)
                    if text:
                        yield index, text


def simpler(node: ast.expr) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and not isinstance(child, ast.Starred):
            yield child
    if isinstance(node, (ast.BinOp, ast.Call, ast.Subscript, ast.IfExp, ast.Compare, ast.BoolOp, ast.UnaryOp)):
        yield ast.Constant(1)
    if isinstance(node, ast.Call) and node.args:
        yield ast.Call(node.func, node.args[:-1], node.keywords)
    if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) > 1:
        for at in range(len(node.elts)):
            yield type(node)(node.elts[:at] + node.elts[at + 1:], node.ctx)
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value > 3:
        yield ast.Constant(node.value // 2)
        yield ast.Constant(node.value - 1)


def expressions(source: str, first: int) -> Iterator[tuple[int, str]]:
    """The program with one expression replaced by a part of it."""
    def places(tree: ast.AST) -> list[tuple[ast.AST, str, int | None]]:
        found = []
        for node in ast.walk(tree):
            for name, value in ast.iter_fields(node):
                if name in ("ctx", "target", "targets"):
                    continue
                if isinstance(value, ast.expr):
                    found.append((node, name, None))
                elif isinstance(value, list):
                    found += [(node, name, at) for at, item in enumerate(value) if isinstance(item, ast.expr)]
        return found

    for index in range(first, len(places(ast.parse(source)))):
        tree = ast.parse(source)
        node, name, at = places(tree)[index]
        field = getattr(node, name)
        original = field if at is None else field[at]
        for replacement in simpler(original):
            if at is None:
                setattr(node, name, replacement)
            else:
                field[at] = replacement
            text = text_of(tree)
            if at is None:
                setattr(node, name, original)
            else:
                field[at] = original
            if text:
                yield index, text


def shrink(source: str, holds: Callable[[str], bool], seconds: float) -> str:
    """A smaller program for which `holds` is still true; source itself when nothing smaller is found in time."""
    end = time.monotonic() + seconds
    tried: set[str] = set()
    normal = text_of(ast.parse(source))
    if normal and holds(normal):
        source = normal
    else:
        return source
    before = None
    while before != source and time.monotonic() < end:
        before = source
        for candidates in (deletions, openings, deletions, expressions):
            place: int | None = 0
            while place is not None:
                source, place = next_smaller(source, candidates, place, holds, tried, end)
    return source


def next_smaller(source, candidates, first, holds, tried, end):
    """The first candidate from place `first` on that holds, and its place; or source and None."""
    for place, text in candidates(source, first):
        if time.monotonic() > end:
            return source, None
        if len(text) < len(source) and text not in tried:
            tried.add(text)
            if holds(text):
                return text, place
    return source, None
