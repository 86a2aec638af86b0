"""Types that SQLite reads otherwise than they look, and names that it takes for texts.

https://www.sqlite.org/datatype3.html#determination_of_column_affinity and https://www.sqlite.org/quirks.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.reader import Reader, items
from nicol.dialects.lint.rule import Problem, Rule, Script, at, rule
from nicol.dialects.statements import Token

_BOUNDS = re.compile(r"\(.*\)")
_INTEGERS = re.compile(r"(UNSIGNED )?(TINY|SMALL|MEDIUM|BIG|BIG )?INT(EGER|2|4|8)?( UNSIGNED)?")
_NUMERIC = frozenset(
    {
        "NUMERIC",
        "DECIMAL",
        "NUMBER",
        "BOOLEAN",
        "BOOL",
        "DATE",
        "DATETIME",
        "TIME",
        "TIMESTAMP",
        "JSONB",
        "MONEY",
    }
)
"""Types of numeric affinity that are meant so, or that Prisma declares (its clients know what becomes of them)."""

_STRICT = frozenset({"INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"})


def _columns(script: Script) -> Iterator[tuple[d.CreateTable | None, d.Column]]:
    for _, made in script.each(d.CreateTable):
        for column in made.columns:
            yield made, column
    for _, grown in script.each(d.AddColumn):
        yield None, grown.column


def _surprise(type_: str) -> str | None:
    """What a column of that type does to texts that look like numbers, if one would not think so."""
    name = _BOUNDS.sub("", type_).strip()
    if "INT" in name:
        return None if _INTEGERS.fullmatch(name) else "whole numbers"
    if any(word in name for word in ("CHAR", "CLOB", "TEXT", "BLOB", "REAL", "FLOA", "DOUB")) or not name:
        return None
    return None if name in _NUMERIC else "numbers"


@rule("type-affinity", Level.WARNING)
def types_mean_what_they_say(script: Script) -> Iterator[Problem]:
    """The type of a column is one that SQLite knows.

    SQLite looks for INT, CHAR, TEXT, BLOB, REAL… in the name, and takes everything else for numeric: in a STRING,
    UUID or JSON column '007' becomes 7, '1e5' becomes 100000.0, and in a POINT ("INT") too.

    TEXT, INTEGER, REAL, BLOB; or a STRICT table.
    """
    for made, column in _columns(script):
        strict = made is not None and "STRICT" in made.options
        if not strict and (kind := _surprise(column.type_text)) is not None:
            message = f'texts in "{column.name.shown}" that look like numbers become {kind}: SQLite knows no {column.type_text}'
            yield Problem(message, column.type[0].start, column.type[-1].end)


@rule("strict-type", Level.ERROR)
def strict_tables_have_strict_types(script: Script) -> Iterator[Problem]:
    """The types of a STRICT table are INT, INTEGER, REAL, TEXT, BLOB and ANY.

    SQLite refuses the table.

    TEXT for dates, decimals and JSON, INTEGER for truth values.
    """
    for made, column in _columns(script):
        if made is not None and "STRICT" in made.options and column.type_text not in _STRICT:
            yield at(
                column.name, f'"{column.name.shown}" has the type {column.type_text or "that is missing"}'
            )


@rule("double-quoted-text", Level.WARNING)
def texts_stand_in_single_quotes(script: Script) -> Iterator[Problem]:
    """A text stands in single quotes.

    Double quotes are for names. SQLite takes a name that it does not find for a text, so that a misspelt column
    compares with its own name, and refuses it where the library is built without that habit.

    'text'.
    """
    for _, column in _columns(script):
        default = column.default or ()
        if len(default) == 1 and default[0].kind == "name" and default[0].text[0] == '"':
            yield at(default[0], f"{default[0].text} is a name, not a text")
    for _, insert in script.each(d.Insert):
        yield from list(_inserted(insert))[:1]
    for part in script.parts:
        if part.tokens and not ({"TRIGGER", "VIEW"} & {token.word for token in part.tokens[:4]}):
            yield from list(_listed(part.tokens))[:1]


def _inserted(insert: d.Insert) -> Iterator[Problem]:
    reader = Reader(insert.body, lambda part: part.text)
    while reader.take("VALUES") or reader.sign(","):
        yield from _quoted(reader.group())


def _listed(parts: tuple[Token, ...]) -> Iterator[Problem]:
    """Names in the list behind IN, where no column is expected."""
    for place, token in enumerate(parts):
        if token.word == "IN":
            yield from _quoted(Reader(parts[place + 1 :], lambda part: part.text).group())


def _quoted(parts: tuple[Token, ...]) -> Iterator[Problem]:
    for item in items(parts):
        if len(item) == 1 and item[0].kind == "name" and item[0].text[0] == '"':
            yield at(item[0], f"{item[0].text} is a name, not a text")


RULES: tuple[Rule, ...] = (
    types_mean_what_they_say,
    strict_tables_have_strict_types,
    texts_stand_in_single_quotes,
)
