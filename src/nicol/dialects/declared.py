"""What a database keeps nowhere but in the text of a CREATE TABLE or CREATE INDEX: checks, generated columns, collations…

SQLite does (https://www.sqlite.org/lang_createtable.html). A text that it holds was accepted by it: nothing here judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from nicol.catalog import Check, Generated
from nicol.dialects.tokens import Kind, Token, tokens_of


@dataclass(frozen=True, slots=True)
class Declared:
    """What a CREATE TABLE says beyond the pragmas.

    `deferrable` is by the columns of a foreign key, `conflicts` by the columns of a key (or a column that must not be null).
    """

    checks: tuple[Check, ...] = ()
    generated: Mapping[str, Generated] = field(default_factory=dict[str, Generated])
    collations: Mapping[str, str] = field(default_factory=dict[str, str])
    deferrable: Mapping[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    conflicts: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()


def declared(sql: str) -> Declared:
    """Read the text of a CREATE TABLE."""
    tokens = tokens_of(sql)
    first = next((place for place, token in enumerate(tokens) if token.text == "("), len(tokens))
    reader = _Reader(sql)
    end = first
    for start, stop in _parts(tokens, first + 1):
        reader.part(tokens[start:stop])
        end = stop
    options = " ".join(token.text.upper() for token in tokens[end + 1 :])
    return Declared(
        tuple(reader.checks),
        reader.generated,
        reader.collations,
        reader.deferrable,
        tuple(reader.conflicts),
        tuple(sorted(part.strip() for part in options.split(",") if part.strip())),
    )


def _parts(tokens: list[Token], start: int) -> Iterator[tuple[int, int]]:
    """From where to where each definition reaches: up to a comma, or to the closing parenthesis of all."""
    depth = 0
    for place in range(start, len(tokens)):
        text = tokens[place].text if tokens[place].kind is Kind.MARK else ""
        if depth == 0 and text in (",", ")"):
            yield start, place
            start = place + 1
            if text == ")":
                return
        depth += {"(": 1, ")": -1}.get(text, 0)


_TABLE_RULES = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")


class _Reader:
    """Collects what the definitions of one table say."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.checks: list[Check] = []
        self.generated: dict[str, Generated] = {}
        self.collations: dict[str, str] = {}
        self.deferrable: dict[tuple[str, ...], str] = {}
        self.conflicts: list[tuple[str, str]] = []

    def part(self, tokens: list[Token]) -> None:
        """One definition: a column with its rules, or a rule of the table."""
        of_table = tokens[0].word in _TABLE_RULES
        columns = () if of_table else (tokens[0].name,)
        if of_table and (start := _list_of(tokens)) is not None:
            columns = tuple(_first_names(tokens[start + 1 : _closing(tokens, start)]))
        place = 0 if of_table else 1
        while place < len(tokens):
            self.rule(tokens, place, columns)
            place = (_closing(tokens, place) if tokens[place].text == "(" else place) + 1

    def rule(self, tokens: list[Token], place: int, columns: tuple[str, ...]) -> None:
        """What a word begins that stands outside of parentheses."""
        following = tokens[place + 1 :]
        match tokens[place].word:
            case "CHECK":
                named = place > 1 and tokens[place - 2].word == "CONSTRAINT"
                self.checks.append(Check(tokens[place - 1].name if named else None, self.inside(following)))
            case "AS":
                stored = any(token.word == "STORED" for token in following)
                self.generated[columns[0]] = Generated(self.inside(following), stored)
            case "COLLATE" if following:
                self.collations[columns[0]] = following[0].name.upper()
            case "DEFERRABLE" if tokens[place - 1].word != "NOT":
                self.deferrable[columns] = _deferrable(tokens[place:])
            case "CONFLICT" if following:
                self.conflicts.append((", ".join(columns), f"ON CONFLICT {following[0].text.upper()}"))
            case _:
                pass

    def inside(self, tokens: list[Token]) -> str:
        """The text between the parentheses at the start."""
        return self.sql[tokens[0].end : tokens[_closing(tokens, 0)].start].strip()


def _list_of(tokens: list[Token]) -> int | None:
    """Where the columns begin that a key of the table lists."""
    if any(token.word == "CHECK" for token in tokens[:3]):
        return None
    return next((place for place, token in enumerate(tokens) if token.text == "("), None)


def _closing(tokens: list[Token], place: int) -> int:
    """Where the parenthesis closes that opens at a place."""
    depth = 0
    for at in range(place, len(tokens)):
        if tokens[at].kind is Kind.MARK:
            depth += {"(": 1, ")": -1}.get(tokens[at].text, 0)
        if depth == 0:
            return at
    return len(tokens) - 1


def _first_names(tokens: Iterable[Token]) -> Iterator[str]:
    """The names of a list of columns, each perhaps with a direction."""
    fresh = True
    for token in tokens:
        if fresh:
            yield token.name
        fresh = token.text == ","


def _deferrable(tokens: list[Token]) -> str:
    words = [token.word for token in tokens[:3]]
    return f"DEFERRABLE INITIALLY {words[2]}" if words[1:2] == ["INITIALLY"] and words[2:] else "DEFERRABLE"


def index_parts(sql: str) -> tuple[tuple[str, ...], str | None]:
    """The columns of a CREATE INDEX as written, without their directions, and its condition."""
    tokens = tokens_of(sql)
    first = next(place for place, token in enumerate(tokens) if token.text == "(")
    last = _closing(tokens, first)
    parts = tuple(_undirected(sql, tokens[start:stop]) for start, stop in _parts(tokens, first + 1))
    condition = sql[tokens[last + 2].start : tokens[-1].end] if len(tokens) > last + 2 else None
    return parts, condition


def _undirected(sql: str, tokens: list[Token]) -> str:
    kept = tokens[:-1] if tokens[-1].word in ("ASC", "DESC") else tokens
    return sql[kept[0].start : kept[-1].end]
