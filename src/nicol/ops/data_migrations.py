"""Running `migrate.py`: the module of a migration that works on the data, in the transaction of its SQL."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

from nicol.errors import DriverError, MigrationError
from nicol.migrate.data import Tx
from nicol.migrate.history import PYTHON_FILE, Migration
from nicol.ops.databases import Conversation
from nicol.schema.schema import Schema
from nicol.sql.program import Batch, Program, Result, Statement

_NO_SCHEMA = Schema(None, (), (), (), ())
_FRAMES = frozenset({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"})


class Transaction:
    """What `up` is given: statements on the connection whose transaction is open."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    @property
    def provider(self) -> str:
        """The database."""
        return self._conversation.target.dialect.name

    def query(self, sql: str, /, **values: Any) -> list[dict[str, Any]]:
        """The rows of a statement."""
        result = self._say(sql, values)
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]

    def first(self, sql: str, /, **values: Any) -> dict[str, Any] | None:
        """The first row of a statement, or None."""
        return next(iter(self.query(sql, **values)), None)

    def execute(self, sql: str, /, **values: Any) -> int:
        """Say a statement; the number of rows that it wrote."""
        return self._say(sql, values).affected

    def execute_many(self, sql: str, rows: Iterable[Mapping[str, Any]], /) -> int:
        """Say a statement for each row of values."""
        values = [dict(row) for row in rows]
        if not values:
            return 0
        text, names = self._bound(sql, values[0])
        params = [self._encoded(row, names) for row in values]
        return self._conversation.connection.say(Batch(text, params)).affected

    def _say(self, sql: str, values: Mapping[str, Any]) -> Result:
        text, names = self._bound(sql, values)
        if unknown := [name for name in values if name not in names]:
            raise TypeError(f"the statement has no parameter :{unknown[0]}")
        return self._conversation.connection.say(Statement(text, self._encoded(values, names), prepare=False))

    def _bound(self, sql: str, values: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
        word = sql.split(None, 1)[0].rstrip(";").upper() if sql.strip() else ""
        if word in _FRAMES:
            raise ValueError(f"{word} would end the transaction of the migration; an exception undoes it")
        try:
            return self._conversation.target.dialect.bound(sql, values.keys())
        except KeyError as error:
            raise TypeError(f"the parameter :{error.args[0]} has no value") from None

    def _encoded(self, values: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
        given = [values[name] for name in names]
        if not any(isinstance(value, datetime | Decimal | dict | list | tuple) for value in given):
            return tuple(given)
        from nicol.client.parameters import encoded_parameters  # most migrations have no such values

        return encoded_parameters(self._conversation.target.dialect, _NO_SCHEMA, given)


def work_of(
    conversation: Conversation, migration: Migration, root: Path
) -> Callable[[], Program[None]] | None:
    """The program that runs a migration's `up` on the open transaction; None where there is no `migrate.py`."""
    if migration.python is None:
        return None
    up = _function(migration, migration.python, root)

    def work() -> Program[None]:
        yield from ()
        with _told(migration):
            up(Transaction(conversation))

    return work


def check_python(migrations: Iterable[Migration], root: Path) -> None:
    """Find what is wrong with the modules of migrations before the first of them is applied."""
    for migration in migrations:
        if migration.python is not None:
            _function(migration, migration.python, root)


def _function(migration: Migration, text: str, root: Path) -> Callable[[Tx], object]:
    """The function `up` of a module, made from the very text that the checksum is of."""
    module = ModuleType(f"nicol_migration_{migration.name}")
    module.__file__ = _path(migration)
    with _blamed(migration), _told(migration), _importing(root):
        exec(compile(text, _path(migration), "exec"), module.__dict__)  # noqa: S102 - the project's own code
    up = getattr(module, "up", None)
    if not callable(up):
        raise MigrationError(
            f"{_path(migration)} has no function `up`",
            code="P3018",
            help="write `def up(tx: Tx) -> None:`; `from nicol.migrate.data import Tx` gives the type",
            migration=migration.name,
        )
    return up


@contextmanager
def _blamed(migration: Migration) -> Generator[None]:
    """What is wrong before the migration begins."""
    try:
        yield
    except MigrationError as error:
        raise MigrationError(
            f"the migration {migration.name} cannot be applied: {error.message}",
            code="P3018",
            help=error.help,
            migration=migration.name,
        ) from error


def _path(migration: Migration) -> str:
    return f"migrations/{migration.name}/{PYTHON_FILE}"


@contextmanager
def _importing(root: Path) -> Generator[None]:
    """A module may import the project's own code."""
    added = [path for path in (str(root), str(root / "src")) if path not in sys.path]
    sys.path[:0] = added
    try:
        yield
    finally:
        for path in added:
            sys.path.remove(path)


@contextmanager
def _told(migration: Migration) -> Generator[None]:
    """What the module raises, in one sentence with its place. What the database says goes on: it may be worth another try."""
    try:
        yield
    except (DriverError, MigrationError):
        raise
    except Exception as error:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _path(migration)
        ]
        line = (
            getattr(error, "lineno", None)
            if isinstance(error, SyntaxError)
            else frames[-1].lineno
            if frames
            else None
        )
        place = f" (line {line})" if line is not None else ""
        raise MigrationError(
            f"{PYTHON_FILE} raised {type(error).__name__}: {getattr(error, 'msg', error)}{place}",
            help="nothing of the transaction was kept: correct the module and run the command again",
        ) from error
