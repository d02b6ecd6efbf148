"""Small faults in a file's syntax, such as a slip of the hand would make."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_PAIRS = ("min max", "minimum maximum", "argmin argmax", "floor ceil", "any all", "left right")
_OPPOSITES = {a: b for one in _PAIRS for a, b in (one.split(), one.split()[::-1])}
"""Names of functions, and words given to them, that are taken for one another."""

_NO_CODE = {"annotation", "returns", "decorator_list"}


@dataclass(frozen=True)
class Fault:
    """A fault that was made.

    Attributes:
        line: where, from 1.
        text: the line as it was.
        change: what became what; with a number where the line has the same change before.
        code: the whole file with it, compiled.
    """

    line: int
    text: str
    change: str
    code: CodeType


def faults(source: str, path: str) -> Iterator[Fault]:
    """Every fault of a file's source, in the order of its syntax."""
    tree, lines = ast.parse(source), source.splitlines()
    seen: Counter[tuple[str, str]] = Counter()
    for parent, field, index, node in list(_nodes(tree)):
        for other in _others(node, parent, field):
            line, change = node.lineno, f"{ast.unparse(node)} -> {ast.unparse(other)}"
            text = lines[line - 1].strip()
            seen[text, change] += 1
            if seen[text, change] > 1:
                change = f"{change} ({seen[text, change]})"
            _put(parent, field, index, ast.copy_location(other, node))
            code = compile(ast.fix_missing_locations(tree), path, "exec")
            _put(parent, field, index, node)
            yield Fault(line, text, change, code)


def _nodes(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr | ast.stmt]]:
    """Expressions and statements that run, each with its place in what it is a part of."""
    for field, value in ast.iter_fields(parent):
        if field in _NO_CODE or isinstance(parent, ast.Raise | ast.JoinedStr | ast.Import):
            continue
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or _is_text(node) or _is_check(node):
                continue
            if isinstance(node, ast.expr | ast.stmt):
                yield parent, field, index if isinstance(value, list) else None, node
            yield from _nodes(node)


def _is_text(node: ast.AST) -> bool:
    """Whether a node is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_check(node: ast.AST) -> bool:
    """Whether a node asks ``zip`` to see that its arguments are as long as each other."""
    return isinstance(node, ast.keyword) and node.arg == "strict"


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _others(
    node: ast.expr | ast.stmt, parent: ast.AST, field: str
) -> Iterator[ast.expr | ast.stmt]:
    """What may stand in a node's place."""
    match node:
        case ast.Compare(left, ops, comparators):
            for index, op in enumerate(ops):
                swapped = [*ops[:index], _COMPARISONS[type(op)](), *ops[index + 1 :]]
                yield ast.Compare(left, swapped, comparators)
        case ast.BinOp(left, op, right) if type(op) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(op)](), right)
        case ast.AugAssign(target, op, value) if type(op) in _ARITHMETIC:
            yield ast.AugAssign(target, _ARITHMETIC[type(op)](), value)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.Constant(value):
            yield from map(ast.Constant, _other_values(value))
        case ast.Name(name, ast.Load()) if name in _OPPOSITES and field == "func":
            yield ast.Name(_OPPOSITES[name], ast.Load())
        case ast.Attribute(value, name, ast.Load()) if name in _OPPOSITES:
            yield ast.Attribute(value, _OPPOSITES[name], ast.Load())
        case ast.Return(value) if value is not None and ast.unparse(value) != "None":
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
    is_condition = field == "test" or (field == "ifs" and isinstance(parent, ast.comprehension))
    if is_condition and isinstance(node, ast.expr) and not _is_turned_round(node):
        yield ast.UnaryOp(ast.Not(), node)


def _is_turned_round(node: ast.expr) -> bool:
    """Whether one of a condition's own faults is its opposite."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return not isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _other_values(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int | float):
        return (value + 1, value - 1)
    if isinstance(value, str):
        return (_OPPOSITES.get(value, f"{value}_"),)
    return ()
