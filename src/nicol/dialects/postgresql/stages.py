"""Scripts that PostgreSQL cannot run in one transaction: cut into stages, whose lone statements can be resumed.

https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY tells what is left when a concurrent
build is stopped: an index that nobody reads and every write keeps up, and that `IF NOT EXISTS` takes for a whole one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nicol.dialects.outlook import spelled
from nicol.dialects.postgresql.script import split, tokens
from nicol.dialects.scripts import Stage, bare, cut
from nicol.dialects.statements import Token
from nicol.errors import DriverError, MigrationError
from nicol.sql.program import Program, Statement, rows
from nicol.sql.quoting import quote

_VALUES_LAST_AT_ONCE = 120000
"""The version since which `ALTER TYPE … ADD VALUE` runs in a transaction; its value can be used after it in any version."""
_COMPUTES_AT_READING = 180000
"""The version since which a column can be computed at each reading (https://www.postgresql.org/docs/18/ddl-generated-columns.html)."""


def stages(script: str) -> Program[tuple[Stage, ...]]:
    """A script as PostgreSQL can carry it out; MigrationError for what only psql understands."""
    statements = split(script)
    read = [tokens(statement) for statement in statements]
    for statement, parts in zip(statements, read, strict=True):
        _refuse_foreign(statement, parts)
    version = _VALUES_LAST_AT_ONCE
    if any(map(_added_value, read)) or any(map(_computes_at_reading, read)):
        ((version,),) = yield from rows("SELECT current_setting('server_version_num')::int")
        _refuse_newer(statements, read, version)
    return staged(statements, read, version)


def staged(
    statements: Sequence[str], read: Sequence[tuple[Token, ...]], version: int = _VALUES_LAST_AT_ONCE
) -> tuple[Stage, ...]:
    """The stages of statements on a server of a version."""
    alone = {place for place, parts in enumerate(read) if stands_alone(parts)}
    if version < _VALUES_LAST_AT_ONCE:
        alone |= {place for place, parts in enumerate(read) if _added_value(parts) is not None}
    if alone:
        _refuse_settings(statements, read)
    return cut(statements, frozenset(alone), frozenset(_uses_of_new_values(read)))


def _words(parts: Iterable[Token], count: int = 1000) -> list[str]:
    return [part.word for part in list(parts)[:count]]


def stands_alone(parts: Sequence[Token]) -> bool:
    """True for a statement that PostgreSQL refuses inside a transaction."""
    words = _words(parts)
    match words:
        case ["CREATE", "INDEX", "CONCURRENTLY", *_] | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", *_]:
            return True
        case (
            ["DROP", "INDEX", "CONCURRENTLY", *_]
            | ["VACUUM", *_]
            | ["ALTER", "SYSTEM", *_]
            | ["DISCARD", "ALL"]
        ):
            return True
        case ["REINDEX", *rest]:
            return "CONCURRENTLY" in rest or _after_options(parts[1:]) in ("SCHEMA", "DATABASE", "SYSTEM")
        case ["CREATE" | "DROP", "DATABASE" | "TABLESPACE" | "SUBSCRIPTION", *_] | [
            "ALTER",
            "SUBSCRIPTION",
            *_,
        ]:
            return True
        case ["ALTER", "DATABASE", _, "SET", "TABLESPACE", *_]:
            return True
        case ["CLUSTER"] | ["CLUSTER", "VERBOSE"]:
            return True
        case ["ALTER", "TABLE", *rest, "CONCURRENTLY"]:
            return "DETACH" in rest
        case _:
            return False


def _after_options(parts: Sequence[Token]) -> str:
    """The first word behind a list of options in parentheses, if there is one."""
    depth = 0
    for part in parts:
        depth += {"open": 1, "close": -1}.get(part.kind, 0)
        if depth == 0 and part.kind == "word":
            return part.word
    return ""


# ---- what is refused -------------------------------------------------------------------------------------------------


def refusal(statement: str) -> MigrationError | None:
    """Why a statement is refused, if it is."""
    try:
        _refuse_foreign(statement, tokens(statement))
    except MigrationError as error:
        return error
    return None


def _refuse_foreign(statement: str, parts: Sequence[Token]) -> None:
    """psql's own commands, and data behind a COPY, mean nothing to the server."""
    command = next((part for part in parts if part.text == "\\"), None)
    if command is not None:
        line = statement[command.start :].splitlines()[0]
        raise MigrationError(
            f"`{line}` is a command of psql, which only psql understands",
            help="take it out; what it does to the session or the files has no place in a migration",
            statement=line,
        )
    words = _words(parts)
    if words[:1] == ["COPY"] and any(pair == ("FROM", "STDIN") for pair in itertools.pairwise(words)):
        raise MigrationError(
            "COPY … FROM STDIN needs data that a script cannot give",
            help="write INSERT statements, load the rows in a migrate.py beside the SQL, or use psql and \\copy",
            statement=bare(statement).splitlines()[0],
        )


def _refuse_newer(statements: Sequence[str], read: Sequence[tuple[Token, ...]], version: int) -> None:
    """A column that is computed at each reading is a syntax error to older servers, which say nothing of the way out."""
    for statement, parts in zip(statements, read, strict=True):
        if version < _COMPUTES_AT_READING and _computes_at_reading(parts):
            raise MigrationError(
                f"PostgreSQL {version // 10000} cannot compute a column at each reading, which PostgreSQL 18 does first",
                help="leave `stored: false` out of the annotation (write STORED in the SQL), or use a newer server",
                statement=bare(statement),
            )


def _computes_at_reading(parts: Sequence[Token]) -> bool:
    """True for a computed column that is not STORED."""
    for place, part in enumerate(parts[:-2]):
        if (part.word, parts[place + 1].word) == ("ALWAYS", "AS") and parts[place + 2].kind == "open":
            behind = _behind_parentheses(parts, place + 2)
            if behind != "STORED":
                return True
    return False


def _behind_parentheses(parts: Sequence[Token], place: int) -> str:
    depth = 0
    for at in range(place, len(parts)):
        depth += {"open": 1, "close": -1}.get(parts[at].kind, 0)
        if depth == 0:
            return parts[at + 1].word if at + 1 < len(parts) else ""
    return ""


_SESSION = frozenset({"SEARCH_PATH", "ROLE", "AUTHORIZATION", "SCHEMA"})


def _refuse_settings(statements: Sequence[str], read: Sequence[tuple[Token, ...]]) -> None:
    """Where a script is resumed on another connection, what it had set there is gone, and names would mean something else."""
    for statement, parts in zip(statements, read, strict=True):
        if parts[0].word == "SET" and not _SESSION.isdisjoint(_words(parts, 4)[1:]):
            raise MigrationError(
                "a script with a statement that runs outside of transactions cannot change the role or the search path",
                help="write names with their schema, or put that statement into a migration of its own",
                statement=bare(statement),
            )


# ---- enums -----------------------------------------------------------------------------------------------------------


def _added_value(parts: Sequence[Token]) -> str | None:
    """The value that ALTER TYPE … ADD VALUE adds, as it is written."""
    words = _words(parts)
    if words[:2] != ["ALTER", "TYPE"] or ("ADD", "VALUE") not in itertools.pairwise(words):
        return None
    place = words.index("VALUE")
    return next((part.text for part in parts[place:] if part.kind == "text"), None)


def _uses_of_new_values(read: Sequence[tuple[Token, ...]]) -> list[int]:
    """The statements that speak of an enum value which was added before them: PostgreSQL wants it committed first."""
    found: list[int] = []
    fresh: set[str] = set()
    for place, parts in enumerate(read):
        if (value := _added_value(parts)) is not None:
            fresh.add(value)
        elif any(_speaks_of(parts, value) for value in fresh):
            found.append(place)
            fresh.clear()
    return found


def _speaks_of(parts: Sequence[Token], value: str) -> bool:
    inner = re.compile(rf"(?<!\w){re.escape(_unquoted(value))}(?!\w)")
    return any(part.kind in ("text", "dollar") and inner.search(part.text) for part in parts)


def _unquoted(text: str) -> str:
    """The value of a string without escapes by backslash."""
    return text.lstrip("eE")[1:-1].replace("''", "'")


# ---- carrying out ----------------------------------------------------------------------------------------------------


def alone(statement: str, *, again: bool) -> Program[None]:
    """Say a statement outside of any transaction; where an attempt may have done it already, look and mend first."""
    parts = tokens(statement)
    words = _words(parts)
    if _CONCURRENT_INDEX.intersection({tuple(words[:3]), tuple(words[:4])}):
        yield from _build(statement, _index_of(statement, parts), again=again)
    elif words[:1] == ["ALTER"] and "DETACH" in words:
        yield from _detach(statement, parts, again=again)
    else:
        if again and (yield from _is_done(parts)):
            return
        if again and words[0] == "REINDEX":
            yield from _sweep()
        yield Statement(statement, prepare=False)


_CONCURRENT_INDEX = frozenset(
    {("CREATE", "INDEX", "CONCURRENTLY"), ("CREATE", "UNIQUE", "INDEX", "CONCURRENTLY")}
)


_EXISTS = "42P07"


@dataclass(frozen=True, slots=True)
class _Index:
    """An index that is built concurrently: its name, its table as the statement spells it."""

    name: str
    table: str
    if_missing: bool


def _index_of(statement: str, parts: Sequence[Token]) -> _Index:
    words = _words(parts)
    rest = list(parts[words.index("CONCURRENTLY") + 1 :])
    if_missing = _words(rest, 3) == ["IF", "NOT", "EXISTS"]
    rest = rest[3:] if if_missing else rest
    if rest[0].word == "ON":
        raise MigrationError(
            "an index that is built concurrently needs a name here",
            help="give it one: when the build is interrupted, it is found by its name",
            statement=bare(statement),
        )
    behind = rest[3:] if rest[2].word == "ONLY" else rest[2:]
    return _Index(_name(rest[0]), spelled(behind), if_missing)


def _build(statement: str, index: _Index, *, again: bool) -> Program[None]:
    valid = yield from _validity(index)
    if valid and again:
        return
    if valid is False and (again or index.if_missing):
        yield from _drop(index)
    try:
        yield Statement(statement, prepare=False)
    except DriverError as error:
        ours = (
            valid is None and not error.broken and error.state != _EXISTS
        )  # else somebody else may be building it
        if ours and (yield from _validity(index)) is False:
            yield from _drop(
                index
            )  # what is left of it slows writes down, and a unique one goes on refusing them
        raise
    if (yield from _validity(index)) is False:
        raise MigrationError(
            f'the index "{index.name}" was built, but is not valid', statement=bare(statement)
        )


def _validity(index: _Index) -> Program[bool | None]:
    """True, false, or None where there is no such index."""
    found = yield from rows(
        "SELECT i.indisvalid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = pg_catalog.to_regclass($1) AND c.relname = $2",
        index.table,
        index.name,
    )
    return bool(found[0][0]) if found else None


def _drop(index: _Index) -> Program[None]:
    ((namespace,),) = yield from rows(
        "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.oid = pg_catalog.to_regclass($1)",
        index.table,
    )
    yield Statement(
        f"DROP INDEX CONCURRENTLY IF EXISTS {quote(namespace)}.{quote(index.name)}", prepare=False
    )


def _detach(statement: str, parts: Sequence[Token], *, again: bool) -> Program[None]:
    """A partition that is half detached is finished off by words of its own."""
    words = _words(parts)
    first = next(
        place for place, word in enumerate(words) if place > 1 and word not in ("IF", "EXISTS", "ONLY")
    )
    table, part = (
        spelled(parts[first:]),
        spelled(parts[words.index("PARTITION") + 1 :]),
    )
    if not again:
        yield Statement(statement, prepare=False)
        return
    found = yield from rows(
        "SELECT inhdetachpending FROM pg_catalog.pg_inherits"
        " WHERE inhparent = pg_catalog.to_regclass($1) AND inhrelid = pg_catalog.to_regclass($2)",
        table,
        part,
    )
    if found:
        half = bool(found[0][0])
        text = f"ALTER TABLE {table} DETACH PARTITION {part} FINALIZE" if half else statement
        yield Statement(text, prepare=False)


_THINGS = {
    "DATABASE": "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1",
    "TABLESPACE": "SELECT 1 FROM pg_catalog.pg_tablespace WHERE spcname = $1",
    "SUBSCRIPTION": "SELECT 1 FROM pg_catalog.pg_subscription WHERE subname = $1"
    " AND subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
    "INDEX": "SELECT 1 WHERE pg_catalog.to_regclass($1) IS NOT NULL",
    "TYPE": "SELECT 1 FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype($1) AND enumlabel = $2",
}


def _is_done(parts: Sequence[Token]) -> Program[bool]:
    """True when a statement that may have been said already has had its effect; false where saying it again does no harm."""
    words = _words(parts)
    match words:
        case ["CREATE" | "DROP" as verb, "DATABASE" | "TABLESPACE" | "SUBSCRIPTION" | "INDEX" as kind, *_]:
            behind = list(parts[2:])
            while behind[0].word in ("CONCURRENTLY", "IF", "NOT", "EXISTS"):
                behind.pop(0)
            name = spelled(behind) if kind == "INDEX" else _name(behind[0])
            return bool((yield from rows(_THINGS[kind], name))) == (verb == "CREATE")
        case ["ALTER", "TYPE", *_]:
            value = _unquoted(_added_value(parts) or "")
            return bool((yield from rows(_THINGS["TYPE"], spelled(parts[2:]), value)))
        case _:
            return False


def _sweep() -> Program[None]:
    """Take away what an interrupted REINDEX CONCURRENTLY left beside the index that it wanted to replace."""
    left = yield from rows(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'"
    )
    for namespace, name in left:
        yield Statement(f"DROP INDEX CONCURRENTLY IF EXISTS {quote(namespace)}.{quote(name)}", prepare=False)


def _name(part: Token) -> str:
    """The name that a token spells: folded to small letters unless it is quoted."""
    return part.text[1:-1].replace('""', '"') if part.kind == "name" else part.text.lower()


# ---- rehearsing ------------------------------------------------------------------------------------------------------


def rehearsed(stage: Stage) -> tuple[str, ...]:
    """What is said of a stage in a database that exists only to see what becomes of it: all of it fits into a transaction."""
    if not stage.alone:
        return stage.statements
    (statement,) = stage.statements
    parts = tokens(statement)
    words = _words(parts)
    if (words[0] in ("CREATE", "DROP") and "INDEX" in words[1:3]) or (
        words[0] == "ALTER" and words[1] == "TABLE"
    ):
        word = parts[words.index("CONCURRENTLY")]
        return (statement[: word.start] + statement[word.end :],)
    return (statement,) if words[:2] == ["ALTER", "TYPE"] else ()
