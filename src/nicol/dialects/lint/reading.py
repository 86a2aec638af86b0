"""Reading what a statement does from its tokens: SQL that both databases share, and what is peculiar to either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.alterations import alterations
from nicol.dialects.lint.columns import column, constraint, is_constraint, is_like
from nicol.dialects.lint.reader import Fold, Reader, items, outside, unquoted
from nicol.dialects.statements import Token

_FRAMES = frozenset({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"})
_TEMPORARY = ("TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL")


@dataclass(frozen=True, slots=True)
class Doing:
    """A deed and its place in the script. One statement may do several things."""

    deed: d.Deed
    start: int
    end: int


def doings(parts: tuple[Token, ...], fold: Fold) -> tuple[Doing, ...]:
    """What a statement does; never nothing."""
    reader = Reader(parts, fold)
    whole = (parts[0].start, parts[-1].end)
    if reader.take("ALTER", "TABLE"):
        reader.take("IF", "EXISTS")
        reader.take("ONLY")
        table = reader.name()
        reader.sign("*")
        if table is not None:
            return tuple(Doing(*each) for each in alterations(reader, table)) or _other(parts, whole)
    if parts[0].word in ("WITH", "EXPLAIN"):
        return tuple(_written(parts, fold)) or _other(parts, whole)
    deed = _deed(reader)
    return (Doing(deed, *whole),) if deed is not None else _other(parts, whole)


def _other(parts: tuple[Token, ...], whole: tuple[int, int]) -> tuple[Doing, ...]:
    return (Doing(d.Other(tuple(part.word or part.text.upper() for part in parts)), *whole),)


def _written(parts: tuple[Token, ...], fold: Fold) -> Iterator[Doing]:
    """What the parts of a WITH write."""
    depth = 0
    for place, part in enumerate(parts):
        depth += {"open": 1, "close": -1}.get(part.kind, 0)
        opens = place > 0 and parts[place - 1].kind == "open"
        if part.word in ("INSERT", "UPDATE", "DELETE") and (depth == 0 or opens):
            reader = Reader(parts[place:], fold)
            body = reader.until(lambda token: token.kind == "close")
            deed = _deed(Reader(body, fold))
            if deed is not None:
                yield Doing(deed, body[0].start, body[-1].end)
            if depth == 0:
                return


def _deed(reader: Reader) -> d.Deed | None:
    match reader.word:
        case "CREATE":
            return _create(reader)
        case "DROP":
            return _drop(reader)
        case "ALTER":
            return _alter(reader)
        case "INSERT" | "REPLACE":
            return _insert(reader)
        case "UPDATE":
            return _update(reader)
        case "DELETE":
            return _delete(reader)
        case "TRUNCATE":
            return _truncate(reader)
        case "SET" | "RESET" | "PRAGMA":
            return _setting(reader)
        case word:
            return d.Frame(word) if word in _FRAMES else None


# ---- CREATE ----------------------------------------------------------------------------------------------------------


def _create(reader: Reader) -> d.Deed | None:
    reader.take("CREATE")
    reader.take("OR", "REPLACE")
    while reader.any_of(*_TEMPORARY):
        pass
    unique = reader.take("UNIQUE")
    materialized = reader.take("MATERIALIZED")
    reader.any_of("CONSTRAINT", "RECURSIVE")
    if reader.take("INDEX"):
        return _create_index(reader, unique=unique)
    if reader.take("TABLE"):
        return _create_table(reader)
    if reader.take("TYPE"):
        return _create_type(reader)
    if reader.take("DOMAIN"):
        return _domain(reader)
    if reader.take("TRIGGER"):
        return _create_trigger(reader)
    if materialized or reader.take("VIEW"):
        return _create_view(reader)
    return None


def _create_table(reader: Reader) -> d.Deed | None:
    reader.take("IF", "NOT", "EXISTS")
    table = reader.name()
    if table is None:
        return None
    copied = reader.word in ("AS", "PARTITION")
    body = items(reader.group())
    copied = copied or reader.word == "AS" or any(map(is_like, body))
    columns = [column(item, reader.fold) for item in body if not is_constraint(item) and not is_like(item)]
    constraints = [constraint(item, reader.fold) for item in body if is_constraint(item)]
    options = tuple(part.word for part in outside(reader.rest) if part.word)
    return d.CreateTable(
        table,
        tuple(each for each in columns if each is not None),
        tuple(each for each in constraints if each is not None),
        options,
        copied,
    )


def _create_index(reader: Reader, *, unique: bool) -> d.Deed | None:
    concurrently = reader.take("CONCURRENTLY")
    reader.take("IF", "NOT", "EXISTS")
    name = None if reader.word == "ON" else reader.name()
    reader.take("ON")
    reader.take("ONLY")
    table = reader.name()
    if table is None:
        return None
    if reader.take("USING"):
        reader.name()
    columns = tuple(_indexed(item, reader.fold) for item in items(reader.group()))
    partial = any(part.word == "WHERE" for part in outside(reader.rest))
    return d.CreateIndex(name, table, columns, unique, concurrently, partial)


def _indexed(item: tuple[Token, ...], fold: Fold) -> str:
    """The column that an item of an index names; nothing for an expression."""
    first, calls = item[0], any(part.kind == "open" for part in item[1:2])
    return fold(first) if first.kind in ("word", "name") and not calls else ""


def _create_type(reader: Reader) -> d.Deed | None:
    name = reader.name()
    if name is None or not reader.take("AS", "ENUM"):
        return None
    return d.CreateEnum(name, tuple(unquoted(item[0]) for item in items(reader.group())))


def _domain(reader: Reader) -> d.Deed | None:
    name = reader.name()
    condition = next((part for part in reader.rest if part.word in ("CHECK", "CONSTRAINT")), None)
    words = [part.word for part in reader.rest]
    if name is None or condition is None or "DROP" in words[:1] or "VALIDATE" in words[:1]:
        return None
    return d.CreateDomain(name, condition)


def _create_trigger(reader: Reader) -> d.Deed | None:
    reader.take("IF", "NOT", "EXISTS")
    name = reader.name()
    reader.until(lambda token: token.word == "ON")
    reader.take("ON")
    table = reader.name()
    return d.CreateTrigger(name, table) if name is not None and table is not None else None


def _create_view(reader: Reader) -> d.Deed | None:
    reader.take("VIEW")
    reader.take("IF", "NOT", "EXISTS")
    name = reader.name()
    if name is None:
        return None
    words = frozenset(reader.fold(part) for part in reader.rest if part.kind in ("word", "name"))
    return d.CreateView(name, words)


# ---- DROP, ALTER -----------------------------------------------------------------------------------------------------


def _drop(reader: Reader) -> d.Deed | None:
    reader.take("DROP")
    kind = reader.any_of(
        "TABLE", "INDEX", "TYPE", "VIEW", "SCHEMA", "DATABASE", "TRIGGER", "FUNCTION", "PROCEDURE", "SEQUENCE",
        "DOMAIN", "EXTENSION", "MATERIALIZED", "FOREIGN", "POLICY", "OWNED",
    )  # fmt: skip
    if not kind:
        return None
    if kind in ("MATERIALIZED", "FOREIGN"):
        kind = f"{kind} {reader.any_of('VIEW', 'TABLE')}"
    concurrently = reader.take("CONCURRENTLY")
    reader.take("IF", "EXISTS")
    names = reader.names()
    cascade = next((part for part in reader.rest if part.word == "CASCADE"), None)
    return d.Drop(kind, names, cascade, concurrently)


def _alter(reader: Reader) -> d.Deed | None:
    reader.take("ALTER")
    if reader.take("DOMAIN"):
        return _domain(reader)
    if not reader.take("TYPE"):
        return None
    name = reader.name()
    if name is None:
        return None
    if reader.take("RENAME", "TO") and (new := reader.name()) is not None:
        return d.RenameType(name, new)
    if reader.take("ADD", "VALUE"):
        reader.take("IF", "NOT", "EXISTS")
        value = unquoted(reader.rest[0]) if reader.rest else ""
        return d.AddValue(name, value, any(part.word in ("BEFORE", "AFTER") for part in reader.rest))
    if reader.take("RENAME", "VALUE") and len(reader.rest) > 2:
        return d.RenameValue(name, reader.rest[0], reader.rest[2])
    return None


# ---- rows ------------------------------------------------------------------------------------------------------------


def _bounded(parts: tuple[Token, ...]) -> bool:
    return any(part.word == "WHERE" for part in outside(parts))


_NARROWING = frozenset(
    {"WHERE", "DISTINCT", "LIMIT", "GROUP", "JOIN", "UNION", "EXCEPT", "INTERSECT", "HAVING"}
)


def _insert(reader: Reader) -> d.Deed | None:
    conflict = reader.token if reader.word == "REPLACE" else None
    reader.take("REPLACE")
    if reader.take("INSERT") and reader.take("OR"):
        conflict = reader.token
        reader.any_of("REPLACE", "IGNORE", "ABORT", "FAIL", "ROLLBACK")
    reader.take("INTO")
    table = reader.name()
    if table is None:
        return None
    if reader.take("AS"):
        reader.name()
    columns = tuple(name.key for name in Reader(reader.group(), reader.fold).names())
    body = reader.rest
    words = [part.word for part in outside(body)]
    selects = "SELECT" in words[:2] or "TABLE" in words[:1] or "WITH" in words[:1]
    bounded = not _NARROWING.isdisjoint(words)
    return d.Insert(table, columns, selects, _sources(body, reader.fold), bounded, conflict, body)


def _sources(parts: tuple[Token, ...], fold: Fold) -> tuple[str, ...]:
    """The tables that stand behind FROM and JOIN."""
    found: list[str] = []
    for place, part in enumerate(parts):
        if part.word in ("FROM", "JOIN"):
            name = Reader(parts[place + 1 :], fold).name()
            found += [name.key] if name is not None else []
    return tuple(found)


def _update(reader: Reader) -> d.Deed | None:
    reader.take("UPDATE")
    if reader.take("OR"):
        reader.place += 1
    reader.take("ONLY")
    table = reader.name()
    reader.until(lambda token: token.word == "SET")
    if table is None or not reader.take("SET"):
        return None
    assigned = reader.until(lambda token: token.word in ("FROM", "WHERE", "RETURNING"))
    return d.Update(table, tuple(_assigned(assigned, reader.fold)), _bounded(reader.rest))


def _assigned(parts: tuple[Token, ...], fold: Fold) -> Iterator[d.Name]:
    for item in items(parts):
        if item[0].kind == "open":
            yield from Reader(Reader(item, fold).group(), fold).names()
        elif item[0].kind in ("word", "name") and (name := Reader(item[:1], fold).name()) is not None:
            yield name


def _delete(reader: Reader) -> d.Deed | None:
    reader.take("DELETE")
    reader.take("FROM")
    reader.take("ONLY")
    table = reader.name()
    return d.Delete(table, _bounded(reader.rest)) if table is not None else None


def _truncate(reader: Reader) -> d.Deed | None:
    reader.take("TRUNCATE")
    reader.take("TABLE")
    reader.take("ONLY")
    tables = reader.names()
    return d.Truncate(tables, next((part for part in reader.rest if part.word == "CASCADE"), None))


# ---- settings --------------------------------------------------------------------------------------------------------


def _setting(reader: Reader) -> d.Deed | None:
    if reader.take("RESET"):
        return d.Setting(reader.word, "SESSION", "default")
    if not reader.take("PRAGMA"):
        reader.take("SET")
    scope = reader.any_of("LOCAL", "SESSION")
    first = reader.token
    if first is None:
        return None
    reader.place += 1
    if reader.sign("."):
        first = reader.token or first
        reader.place += 1
    value = "".join(part.text for part in reader.rest if part.text not in ("=", "(", ")"))
    value = value[2:] if reader.word == "TO" else value
    return d.Setting(first.text.upper(), scope, value or None)
