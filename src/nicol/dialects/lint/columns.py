"""Reading declarations: columns and constraints, as both databases write them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from nicol.dialects.lint.deeds import Column, Constraint, Kind, Name
from nicol.dialects.lint.reader import Fold, Reader
from nicol.dialects.statements import Token

_BEGINS = frozenset(
    {
        "CONSTRAINT", "NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE", "GENERATED", "AS",
        "AUTOINCREMENT", "STORAGE", "COMPRESSION", "DEFERRABLE", "INITIALLY", "ON", "MATCH", "USING",
    }
)  # fmt: skip
_TABLE = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"})


def _begins(token: Token) -> bool:
    return token.word in _BEGINS


def is_constraint(parts: tuple[Token, ...]) -> bool:
    """True for an item of CREATE TABLE, or of ADD, that is a constraint and no column."""
    return parts[0].word in _TABLE


def is_like(parts: tuple[Token, ...]) -> bool:
    """True for an item of CREATE TABLE that copies another table."""
    return parts[0].word == "LIKE"


# ---- constraints -----------------------------------------------------------------------------------------------------


def constraint(parts: tuple[Token, ...], fold: Fold) -> Constraint | None:
    """A constraint of a table from its tokens."""
    reader = Reader(parts, fold)
    name = reader.name() if reader.take("CONSTRAINT") else None
    kind = _kind(reader)
    if kind is None:
        return None
    words = [part.word for part in parts]
    using_index = "USING" in words and "INDEX" in words and kind is not Kind.EXCLUDE
    columns = () if kind in (Kind.CHECK, Kind.EXCLUDE) else _columns(reader)
    parent = None
    if kind is Kind.FOREIGN and reader.take("REFERENCES"):
        parent = reader.name()
    not_valid = _not_valid(words)
    return Constraint(kind, name, columns, parts, parent, not_valid, using_index)


def _kind(reader: Reader) -> Kind | None:
    if reader.take("PRIMARY", "KEY"):
        return Kind.PRIMARY
    if reader.take("FOREIGN", "KEY"):
        return Kind.FOREIGN
    word = reader.any_of("UNIQUE", "CHECK", "EXCLUDE")
    if word == "UNIQUE" and reader.take("NULLS"):
        reader.any_of("NOT")
        reader.any_of("DISTINCT")
    return {"UNIQUE": Kind.UNIQUE, "CHECK": Kind.CHECK, "EXCLUDE": Kind.EXCLUDE}.get(word)


def _columns(reader: Reader) -> tuple[str, ...]:
    return tuple(name.key for name in Reader(reader.group(), reader.fold).names())


def _not_valid(words: list[str]) -> bool:
    return ("NOT", "VALID") in itertools.pairwise(words)


# ---- columns ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Traits:
    """What the words behind a column's type say."""

    constraints: list[Constraint] = field(default_factory=list[Constraint])
    not_null: bool = False
    default: tuple[Token, ...] | None = None
    generated: bool = False
    stored: bool = False
    identity: bool = False


def column(parts: tuple[Token, ...], fold: Fold) -> Column | None:
    """A column from its tokens."""
    reader = Reader(parts, fold)
    first = reader.token
    name = reader.name()
    if name is None or first is None:
        return None
    type_ = reader.until(_begins)
    traits = _Traits()
    label: Name | None = None
    while reader.token is not None:
        start = reader.place
        if reader.take("CONSTRAINT"):
            label = reader.name()
            continue
        _trait(reader, traits, name, label)
        label = None
        if reader.place == start:
            reader.place += 1
    return Column(
        name,
        type_,
        parts[-1].end,
        tuple(traits.constraints),
        not_null=traits.not_null,
        default=traits.default,
        generated=traits.generated,
        stored=traits.stored,
        identity=traits.identity,
    )


def _trait(reader: Reader, traits: _Traits, name: Name, label: Name | None) -> None:
    start = reader.place
    if reader.take("NOT", "NULL"):
        traits.not_null = True
    elif reader.take("DEFAULT"):
        traits.default = _default(reader)
    elif reader.take("GENERATED"):
        reader.until(lambda token: token.word == "AS")
        reader.take("AS")
        traits.identity = reader.take("IDENTITY")
        _computed(reader, traits)
    elif reader.take("AS"):
        _computed(reader, traits)
    elif (kind := _column_kind(reader)) is not None:
        parent = reader.name() if kind is Kind.FOREIGN else None
        if kind is Kind.CHECK or kind is Kind.FOREIGN:
            reader.group()
        body = reader.parts[start : reader.place]
        columns = () if kind is Kind.CHECK else (name.key,)
        traits.constraints.append(Constraint(kind, label, columns, body, parent))


def _computed(reader: Reader, traits: _Traits) -> None:
    if traits.identity:
        reader.group()
        return
    traits.generated = bool(reader.group())
    traits.stored = traits.generated and bool(reader.take("STORED"))


def _column_kind(reader: Reader) -> Kind | None:
    if reader.take("REFERENCES"):
        return Kind.FOREIGN
    return _kind(reader)


def _default(reader: Reader) -> tuple[Token, ...]:
    """A default may hold any word that stands in parentheses, and NULL, which ends nothing here."""
    start = reader.place
    reader.place += 1 if reader.word == "NULL" else 0
    reader.until(_begins)
    return reader.parts[start : reader.place]
