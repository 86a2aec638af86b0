"""How far a move has come, kept in the target beside the rows, and written with them: a killed move goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from nicol.dialects.dialect import Dialect
from nicol.sql.program import Program, Row, Statement, rows

TABLE = "_nicol_move"

_CREATE = f"CREATE TABLE IF NOT EXISTS {TABLE} (name TEXT PRIMARY KEY, state TEXT NOT NULL)"
_READ = f"SELECT name, state FROM {TABLE}"
_WRITE = f"INSERT INTO {TABLE} (name, state) VALUES (:name, :state) ON CONFLICT (name) DO UPDATE SET state = excluded.state"
_PLAN = ""
"""The entry that is no table's."""


class Reference(msgspec.Struct, frozen=True):
    """A foreign key: the table's columns lead to those of the parent. Tables are spelled as SQL."""

    table: str
    columns: tuple[str, ...]
    parent: str
    references: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True):
    """Where the rows come from, in words; what is said at the end to put foreign keys and triggers back; and those keys."""

    source: str
    after: tuple[str, ...]
    references: tuple[Reference, ...]


class Progress(msgspec.Struct, frozen=True):
    """How far one table is: the last key that was read, as JSON, and how many rows that were."""

    last: str | None = None
    seen: int = 0
    done: bool = False

    def after(self, key: Sequence[Any], count: int) -> Progress:
        """The same after a piece of so many rows that ends with a key."""
        return Progress(json.dumps(key, default=_spelled), self.seen + count)

    def ended(self) -> Progress:
        """The same when there is no more."""
        return Progress(self.last, self.seen, done=True)

    @property
    def key(self) -> Row | None:
        """The last key as parameters; what JSON has no word for goes as text, which databases read."""
        return None if self.last is None else tuple(map(_read, json.loads(self.last)))


def _spelled(value: Any) -> dict[str, str]:
    return {"bytes": value.hex()} if isinstance(value, bytes) else {"text": str(value)}


def _read(value: Any) -> Any:
    match value:
        case {"bytes": str(text)}:
            return bytes.fromhex(text)
        case {"text": text}:
            return text
        case _:
            return value


def begin_state(dialect: Dialect, plan: Plan) -> Program[None]:
    """Remember what is to be said at the end, before anything is changed."""
    yield Statement(_CREATE, prepare=False)
    yield from _write(dialect, _PLAN, plan)


def read_state() -> Program[tuple[Plan, dict[str, Progress]]]:
    """The plan, and the progress of each table that was begun."""
    entries = dict((yield from rows(_READ)))
    plan = msgspec.json.decode(entries.pop(_PLAN), type=Plan)
    return plan, {name: msgspec.json.decode(state, type=Progress) for name, state in entries.items()}


def write_progress(dialect: Dialect, name: str, progress: Progress) -> Program[None]:
    """Remember how far a table is."""
    yield from _write(dialect, name, progress)


def end_state() -> Program[None]:
    """Forget the move: it has come to its end."""
    yield Statement(f"DROP TABLE {TABLE}", prepare=False)


def _write(dialect: Dialect, name: str, state: msgspec.Struct) -> Program[None]:
    text, names = dialect.bound(_WRITE, ("name", "state"))
    values = {"name": name, "state": msgspec.json.encode(state).decode()}
    yield from rows(text, *(values[each] for each in names))
