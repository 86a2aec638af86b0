"""Scripts that SQLite cannot run in one transaction: cut into stages, their lone statements carried out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nicol.dialects.scripts import Stage, bare, cut
from nicol.dialects.sqlite.script import split, tokens
from nicol.dialects.statements import Token
from nicol.errors import MigrationError
from nicol.sql.program import Program, Statement

_OUTSIDE = frozenset(
    {
        "AUTO_VACUUM", "JOURNAL_MODE", "LOCKING_MODE", "PAGE_SIZE", "SYNCHRONOUS", "TEMP_STORE", "WAL_CHECKPOINT",
    }
)  # fmt: skip
"""Settings that SQLite refuses, or does not hear, inside a transaction (https://www.sqlite.org/pragma.html)."""

_KEYS = re.compile(r"PRAGMA\s+foreign_keys\s*(?:=|\()", re.IGNORECASE)


def stages(script: str) -> Program[tuple[Stage, ...]]:
    """A script as SQLite can carry it out; MigrationError for what only its shell understands."""
    yield from ()
    statements = split(script)
    read = [tokens(statement) for statement in statements]
    for statement, parts in zip(statements, read, strict=True):
        _refuse_foreign(statement, parts)
    alone = frozenset(place for place, parts in enumerate(read) if stands_alone(parts))
    return _with_keys(cut(statements, alone, frozenset()))


def stands_alone(parts: Sequence[Token]) -> bool:
    """True for a statement that SQLite refuses inside a transaction, or does not hear there."""
    words = [part.word for part in parts[:4]]
    if words[0] == "VACUUM":
        return True
    name = parts[3].word if len(parts) > 3 and parts[2].text == "." else ([*words, ""])[1]
    return words[0] == "PRAGMA" and name in _OUTSIDE


def refusal(statement: str) -> MigrationError | None:
    """Why a statement is refused, if it is."""
    try:
        _refuse_foreign(statement, tokens(statement))
    except MigrationError as error:
        return error
    return None


def _refuse_foreign(statement: str, parts: Sequence[Token]) -> None:
    if parts[0].text == ".":
        line = bare(statement).splitlines()[0]
        raise MigrationError(
            f"`{line}` is a command of SQLite's shell, which only the shell understands",
            help="take it out; what it does to the session or the files has no place in a migration",
            statement=line,
        )


def _with_keys(cut_stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Foreign keys that a script switches off stay off in its later transactions."""
    found: list[Stage] = []
    in_force: str | None = None
    for stage in cut_stages:
        prefix = (in_force,) if in_force is not None and not stage.alone else ()
        found.append(Stage((*prefix, *stage.statements), stage.alone))
        spoken = [statement for statement in stage.statements if _KEYS.match(bare(statement))]
        in_force = spoken[-1] if spoken else in_force
    return tuple(found)


def alone(statement: str, *, again: bool) -> Program[None]:  # noqa: ARG001 - all of them can be said twice
    """Say a statement outside of any transaction."""
    yield Statement(statement, prepare=False)


def rehearsed(stage: Stage) -> tuple[str, ...]:
    """What is said of a stage in a database that exists only to see what becomes of it."""
    return () if stage.alone else stage.statements
