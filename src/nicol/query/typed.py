"""Typed SQL: statements in files, with what they take and answer. Read from text here; checked against a database by `ops`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from keyword import iskeyword

import msgspec

from nicol.dialects.tokens import Kind, Token, tokens_of


class SqlType(msgspec.Struct, frozen=True):
    """A type of the schema: a scalar or an enum by its name, None where nobody knows. `native`: with its arguments."""

    name: str | None
    optional: bool = False
    many: bool = False
    native: tuple[str, tuple[int, ...]] | None = None


class Parameter(msgspec.Struct, frozen=True):
    """What a statement takes: `mark` is how the text speaks of it (`$1`, `:name`)."""

    name: str
    mark: str
    type: SqlType
    note: str = ""


class Column(msgspec.Struct, frozen=True):
    """What a row of the answer holds."""

    name: str
    type: SqlType


class Spelling(msgspec.Struct, frozen=True):
    """A statement in one database's words, and the parameters that its placeholders stand for, in order."""

    text: str
    parameters: tuple[str, ...]


class TypedQuery(msgspec.Struct, frozen=True):
    """One file: its function, and its statement for each database. Without columns it answers how many rows it wrote."""

    name: str
    spellings: dict[str, Spelling]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...] | None
    documentation: str = ""


class SqlFault(ValueError):
    """What is wrong with a file of SQL, and on which of its lines."""

    def __init__(self, message: str, line: int, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.line, self.help = line, help


@dataclass(frozen=True, slots=True)
class Declared:
    """The comments at the head of a file: parameters and columns by their marks and names, and the rest as documentation."""

    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    documentation: str
    lines: int


_TYPES = ("Int", "BigInt", "Float", "Decimal", "Boolean", "String", "DateTime", "Json", "Bytes")
_TAG = re.compile(r"@(param|column)\b\s*(.*)")
_PARAM = re.compile(r"\{\s*(\w+)(\[\])?(\?)?\s*\}\s*(\$\d+:\w+|:\w+)(\?)?\s*(.*)")
_COLUMN = re.compile(r"\{\s*(\w+)(\[\])?(\?)?\s*\}\s*\"?([^\"\s]+)\"?\s*(.*)")


def read_head(text: str, enums: Sequence[str]) -> Declared:
    """What the comments before the statement declare; SqlFault where one cannot be read."""
    parameters: list[Parameter] = []
    columns: list[Column] = []
    prose: list[str] = []
    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if words and not words.startswith("--"):
            number -= 1  # noqa: PLW2901
            break
        said = words.removeprefix("--").strip()
        match = _TAG.match(said)
        if match is None:
            prose.append(said)
        elif match[1] == "param":
            parameters.append(_parameter(match[2], number, enums))
        else:
            columns.append(_column(match[2], number, enums))
    return Declared(tuple(parameters), tuple(columns), "\n".join(prose).strip(), number)


def _parameter(said: str, line: int, enums: Sequence[str]) -> Parameter:
    match = _PARAM.fullmatch(said)
    if match is None:
        raise SqlFault(
            "this @param cannot be read",
            line,
            "write -- @param {Int} $1:name note, or -- @param {Int} :name note",
        )
    place, _, alias = match[4].partition(":")
    if iskeyword(alias):
        raise SqlFault(f"Python keeps the word {alias} for itself", line, "give the parameter another name")
    type_ = _type(match[1], line, enums, many=bool(match[2]), optional=bool(match[3] or match[5]))
    return Parameter(alias, place or f":{alias}", type_, match[6])


def _column(said: str, line: int, enums: Sequence[str]) -> Column:
    match = _COLUMN.fullmatch(said)
    if match is None:
        raise SqlFault(
            "this @column cannot be read",
            line,
            "write -- @column {Int} name, with {Int?} where it can be null",
        )
    return Column(match[4], _type(match[1], line, enums, many=bool(match[2]), optional=bool(match[3])))


def _type(name: str, line: int, enums: Sequence[str], *, many: bool, optional: bool) -> SqlType:
    if name not in _TYPES and name not in enums:
        raise SqlFault(f"there is no type {name}", line, f"the types are {', '.join((*_TYPES, *enums))}")
    return SqlType(name, optional, many)


# ---- placeholders ------------------------------------------------------------------------------------------------


def marks_in(statement: str) -> list[tuple[str, int, int]]:
    """Every `$1` and `:name` of a statement, with its place; what stands in quotes and comments is none."""
    found: list[tuple[str, int, int]] = []
    tokens = tokens_of(statement)
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.kind is Kind.NUMBER and token.text.startswith("$"):
            found.append((token.text, token.start, token.end))
        elif after is not None and _names(before, token, after):
            found.append((f":{after.text}", token.start, after.end))
    return found


def _names(before: Token | None, colon: Token, word: Token) -> bool:
    """A colon with a word behind it, which is neither a cast nor a slice."""
    if colon.text != ":" or word.kind is not Kind.WORD or word.start != colon.end:
        return False
    return before is None or before.end != colon.start or before.text not in (":", "]")


def spelled(statement: str, spell: Callable[[int], str]) -> Spelling:
    """The statement with placeholders that are numbered in the order of their first use."""
    order: dict[str, int] = {}
    pieces: list[str] = []
    place = 0
    for mark, start, end in marks_in(statement):
        number = order.setdefault(mark, len(order))
        pieces += (statement[place:start], spell(number))
        place = end
    return Spelling("".join((*pieces, statement[place:])), tuple(order))


def may_lack_rows(statement: str) -> bool:
    """True where an outer join can make null what the table itself never is."""
    return any(token.word in ("LEFT", "RIGHT", "FULL") for token in tokens_of(statement))


def line_of(text: str, place: int) -> int:
    """The line, from 1, on which a place of a text is."""
    return text.count("\n", 0, place) + 1


def first_unused(declared: Iterable[Parameter], used: Iterable[str]) -> Parameter | None:
    """A declared parameter of which no text speaks."""
    known = set(used)
    return next((each for each in declared if each.mark not in known), None)


# ---- the file of a package ---------------------------------------------------------------------------------------


def write_queries(queries: Sequence[TypedQuery]) -> bytes:
    """The queries as a package holds them."""
    return msgspec.json.format(msgspec.json.encode(list(queries)), indent=1) + b"\n"


def read_queries(stored: bytes) -> dict[str, TypedQuery]:
    """The queries of a package by their names."""
    return {query.name: query for query in msgspec.json.decode(stored, type=list[TypedQuery])}
