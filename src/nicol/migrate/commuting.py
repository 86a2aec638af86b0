"""Whether migrations of two branches may come in either order: what each changes, held against what the other speaks of.

Statements of tables and types are read exactly; of statements about rows, and of code, every word counts. So what is said to
commute does, and what is only suspected not to is said not to.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from nicol.dialects.dialect import Dialect
from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Act, Script
from nicol.dialects.statements import Token
from nicol.migrate.history import History, Migration
from nicol.migrate.late import Clash, Late, late_names

Words = frozenset[str]

OUT_OF_ORDER = "out-of-order"
ORDER_RULES: dict[str, tuple[Level, str, str, str]] = {
    OUT_OF_ORDER: (
        Level.ERROR,
        "A new migration that settled ones follow by name may be applied behind them.",
        "Databases that have the others get another result than those that begin anew, or the migration fails there.",
        "Write it anew behind the others: remove its folder, and run `nicol migrate dev` with the schema of both branches.",
    )
}
"""What is said about the order of migrations: level, sentence, what may happen, the way out."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a statement changes: a `part` (a column, a value) of a table or type, or all of it where no part is named."""

    owner: Words
    part: Words = frozenset()
    shown: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a script changes, and the words of everything that it depends on, apart for each thing that they are about."""

    changes: frozenset[Thing]
    mentions: frozenset[Words]


@dataclass(frozen=True, slots=True)
class Made:
    """What a history has ever made: its tables, and which table each index and trigger is of, by their words."""

    tables: tuple[str, ...] = ()
    places: Mapping[Words, Words] = field(default_factory=dict[Words, Words])


def late_beside(
    history: History, new: Collection[str], settled: Collection[str], dialect: Dialect
) -> tuple[Late, ...]:
    """Those of the new migrations that some settled ones follow by name, each judged beside these."""
    late = late_names(history, new, settled)
    if not late:
        return ()
    made = made_by(history.migrations, dialect)
    prints = {
        each.name: footprint(each, dialect, made)
        for each in history.migrations
        if each.name in late or (each.name in settled and each.name > late[0])
    }
    return tuple(_late(name, prints, [other for other in settled if other > name]) for name in late)


def _late(name: str, prints: Mapping[str, Footprint], behind: Collection[str]) -> Late:
    clashes = ((other, clash(prints[name], prints[other])) for other in behind)
    return Late(name, tuple(behind), tuple(Clash(other, about) for other, about in clashes if about))


def clash(one: Footprint, other: Footprint) -> tuple[str, ...]:
    """What both concern, at least one of them changing it; nothing where the order does not matter."""
    shared = [*_concerning(one, other), *_concerning(other, one)]
    return tuple(sorted(dict.fromkeys(thing.shown for thing in shared)))


def _concerning(changing: Footprint, speaking: Footprint) -> Iterator[Thing]:
    for thing in changing.changes:
        if any(thing.owner <= words and thing.part <= words for words in speaking.mentions):
            yield thing


def footprint(migration: Migration, dialect: Dialect, made: Made) -> Footprint:
    """What a migration changes and speaks of on a database, in a history that has `made` something."""
    script = dialect.script(migration.script(dialect.name))
    known = [Thing(words(table), shown=f'"{table}"') for table in made.tables]
    changes: set[Thing] = set()
    mentions: set[Words] = set()
    for act in script.acts:
        bags = {_placed(bag, act.deed, made) for bag in _mentions(act, script)}
        changes |= _coded(known, bags) if _is_code(act.deed) else set(_changes(act.deed))
        mentions |= bags
    if migration.python is not None:
        bag = {words(migration.python)}
        changes |= _coded(known, bag)
        mentions |= bag
    return Footprint(frozenset(changes), frozenset(mentions))


def made_by(migrations: Iterable[Migration], dialect: Dialect) -> Made:
    """What migrations make."""
    tables: dict[str, None] = {}
    places: dict[Words, Words] = {}
    for migration in migrations:
        for act in dialect.script(migration.script(dialect.name)).acts:
            match act.deed:
                case d.CreateTable(table=table) | d.RenameTable(new=table):
                    tables[table.shown] = None
                case (
                    d.CreateIndex(name=d.Name(key=name), table=table)
                    | d.CreateTrigger(name=d.Name(key=name), table=table)
                ):
                    places[words(name)] = words(table.key)
                case _:
                    pass
    return Made(tuple(tables), places)


def _placed(bag: Words, deed: d.Deed, made: Made) -> Words:
    """Whoever drops an index speaks of its table, which may have been made anew without it."""
    names = deed.names if isinstance(deed, d.Drop) else ()
    return bag.union(*(made.places.get(words(name.key), frozenset()) for name in names))


# ---- what is changed -------------------------------------------------------------------------------------------------

_CODE = frozenset({"DO", "CALL", "SELECT", "WITH", "EXECUTE", "COPY", "MERGE", "VALUES"})


def _is_code(deed: d.Deed) -> bool:
    return isinstance(deed, d.Other) and deed.words[0] in _CODE


def _coded(known: list[Thing], bags: set[Words]) -> set[Thing]:
    """What code may change: every table that it names."""
    return {thing for thing in known if any(thing.owner <= bag for bag in bags)}


def _changes(deed: d.Deed) -> Iterator[Thing]:  # noqa: C901 - one line for each deed
    match deed:
        case (
            d.CreateTable(table=name) | d.AlterTable(table=name) | d.Insert(table=name) | d.Delete(table=name)
        ):
            yield _whole(name)
        case d.Drop(names=names) | d.Truncate(tables=names):
            yield from map(_whole, names)
        case d.AddColumn(table=table, column=column):
            yield _part("column", column.name, table)
        case (
            d.DropColumn(table=table, column=column)
            | d.SetType(table=table, column=column)
            | d.SetNotNull(table=table, column=column)
            | d.DropNotNull(table=table, column=column)
        ):
            yield _part("column", column, table)
        case d.RenameColumn(table=table, column=column, new=new):
            yield _part("column", column, table)
            yield _part("column", new, table)
        case d.Update(table=table, columns=columns):
            yield from (_part("column", column, table) for column in columns)
        case d.AddConstraint(table=table, constraint=constraint):
            yield _whole(table) if constraint.name is None else _part("constraint", constraint.name, table)
        case d.DropConstraint(table=table, name=name):
            yield _part("constraint", name, table)
        case d.RenameTable(table=old, new=new) | d.RenameType(type=old, new=new):
            yield _whole(old)
            yield _whole(new)
        case d.CreateIndex(name=name, table=table):
            yield _whole(name or table)
        case (
            d.CreateTrigger(name=name)
            | d.CreateView(name=name)
            | d.CreateDomain(domain=name)
            | d.CreateEnum(type=name)
        ):
            yield _whole(name)
        case d.AddValue(type=name, value=value):
            yield Thing(words(name.key), words(value), f"value {value} of {_quoted(name)}")
        case d.RenameValue(type=name, old=old):
            yield Thing(words(name.key), words(old.text), f"value {old.text} of {_quoted(name)}")
        case d.Other(words=said):
            yield from _named(said)
        case d.Validate() | d.Frame() | d.Setting():
            return
        case _:
            assert_never(deed)


def _whole(name: d.Name) -> Thing:
    return Thing(words(name.key), shown=_quoted(name))


def _part(kind: str, name: d.Name, of: d.Name) -> Thing:
    return Thing(words(of.key), words(name.key), f"{kind} {_quoted(name)} of {_quoted(of)}")


def _quoted(name: d.Name) -> str:
    return f'"{name.shown}"'


_KINDS = frozenset(
    {
        "FUNCTION",
        "PROCEDURE",
        "SEQUENCE",
        "POLICY",
        "EXTENSION",
        "SCHEMA",
        "ROLE",
        "PUBLICATION",
        "RULE",
        "AGGREGATE",
    }
)
_NOISE = frozenset({"IF", "NOT", "EXISTS"})


def _named(said: tuple[str, ...]) -> Iterator[Thing]:
    """The function, policy… that a statement makes or changes."""
    if said[0] not in ("CREATE", "ALTER"):
        return
    behind = next((place + 1 for place, word in enumerate(said[:6]) if word in _KINDS), len(said))
    name = next((word for word in said[behind:] if word not in _NOISE), None)
    if name is not None:
        yield Thing(words(name), shown=name.lower() if name.isupper() else name)


# ---- what is spoken of -----------------------------------------------------------------------------------------------


def _mentions(act: Act, script: Script) -> Iterator[Words]:
    """The words of what an act depends on: those of a new table apart for each type, default and constraint."""
    match act.deed:
        case d.CreateTable(copied=False, table=table, columns=columns, all_constraints=constraints):
            yield words(table.key)
            yield from (bag for column in columns for bag in _of_column(column))
            yield from (_of(constraint.body) | words(table.key) for constraint in constraints)
        case d.AddColumn(table=table, column=column):
            yield words(table.key) | words(column.name.key)
            yield from _of_column(column)
            yield from (_of(constraint.body) | words(table.key) for constraint in column.constraints)
        case d.Frame() | d.Setting():
            return
        case _:
            tokens = script.parts[act.statement].tokens
            yield words(script.text[tokens[0].start : tokens[-1].end])


def _of_column(column: d.Column) -> Iterator[Words]:
    yield _of(column.type)
    yield _of(column.default or ())


def _of(tokens: Iterable[Token]) -> Words:
    return frozenset(word for token in tokens for word in words(token.text))


_WORD = re.compile(r"\w+")


def words(text: str) -> Words:
    """The words of a text as they are compared: `PriceCell`, `price_cell` and `"PRICECELL"` are one."""
    return frozenset(word.replace("_", "").casefold() for word in _WORD.findall(text))
