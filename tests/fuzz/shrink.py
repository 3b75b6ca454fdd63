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


def deletions(source: str) -> Iterator[str]:
    """The program without some run of statements: halves of each body first, then quarters, down to one."""
    count = len(bodies(ast.parse(source)))
    for index in range(count):
        tree = ast.parse(source)
        node, name = bodies(tree)[index]
        statements = getattr(node, name)
        size = len(statements)
        while size >= 1:
            for start in range(len(statements) - size, -1, -size):
                left = statements[:start] + statements[start + size:]
                if not left and name == "body":
                    if len(statements) == 1 and isinstance(statements[0], ast.Pass):
                        continue
                    left = [] if isinstance(node, ast.Module) else [ast.Pass()]
                setattr(node, name, left)
                text = text_of(tree)
                setattr(node, name, statements)
                if text:
                    yield text
            size //= 2


def openings(source: str) -> Iterator[str]:
    """The program with one compound statement replaced by one of its blocks."""
    count = len(bodies(ast.parse(source)))
    for index in range(count):
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
                        yield text


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


def expressions(source: str) -> Iterator[str]:
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

    for index in range(len(places(ast.parse(source)))):
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
                yield text


def shrink(source: str, holds: Callable[[str], bool], seconds: float) -> str:
    """A smaller program for which `holds` is still true; source itself when nothing smaller is found in time."""
    end = time.monotonic() + seconds
    tried: set[str] = set()
    normal = text_of(ast.parse(source))
    if normal and holds(normal):
        source = normal
    progress = True
    while progress and time.monotonic() < end:
        progress = False
        for candidates in (deletions, openings, expressions):
            again = True
            while again and time.monotonic() < end:
                again = False
                for text in candidates(source):
                    if time.monotonic() > end:
                        break
                    if text in tried or len(text) >= len(source):
                        continue
                    tried.add(text)
                    if holds(text):
                        source = text
                        again = progress = True
                        break
    return source
