"""The exception tree: calls that cannot be answered. Findings about a schema are values (`nicol.diagnostics`).

NicolError
├── SchemaInvalid                 a schema with errors; carries the findings               P1012
├── ConfigurationError            a setting that is missing, unknown or wrong
├── MissingExtra                  an optional part of Nicol is not installed
├── GenerationFailed              a client cannot be written
├── MigrationError                a migration cannot be made or applied                    P3xxx
│   └── MigrationBusy             another deployer is at work; trying again is safe        P1002
├── DriverError                   what the database said, as it said it; never leaves the client untranslated
└── ClientError                   a client call that failed; Prisma's code, model, fields, and the call without values
    ├── ConnectionFailed          P1000 P1001 P1002 P1003 P1010 P1011 P1017
    ├── NotConnected              the client is not connected, or no longer
    ├── QueryInvalid              an argument of the call is wrong                         P2009 P2012 P2019
    ├── RecordNotFound            P2025 (of one to many: P2018 to be connected, P2017 to be deleted)
    ├── ConstraintViolation       P2004
    │   ├── UniqueViolation       P2002
    │   ├── ForeignKeyViolation   P2003
    │   ├── NullViolation         P2011
    │   └── RelationViolation     a record would be left without one that it needs         P2014
    ├── ValueInvalid              a value does not fit its column                          P2000 P2006 P2007 P2020 P2023
    ├── TableMissing              P2021
    ├── ColumnMissing             P2022
    ├── RawQueryFailed            P2010
    ├── TransactionClosed         P2028
    ├── CommitUnknown             the connection was lost in the moment of keeping the work    N1017
    ├── AfterCommitFailed         the work was kept, and a hook after it failed
    ├── WriteConflict             P2034
    └── TimedOut                  P1008 P2024
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a client needs the errors at once, and the findings about schemas never
    from nicol.diagnostics import Diagnostic, Source


class NicolError(Exception):
    """Every error that Nicol raises on purpose. `code` is Prisma's where it has one; `help` says the way out."""

    code: str | None = None

    def __init__(self, message: str, *, code: str | None = None, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.help = help

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}" if self.code else self.message
        return f"{text}\n  help: {self.help}" if self.help else text

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process, whatever `__init__` takes: as it is."""
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[NicolError], args: tuple[Any, ...]) -> NicolError:
    return kind.__new__(kind, *args)


class SchemaInvalid(NicolError):
    """A schema with errors."""

    code = "P1012"

    def __init__(self, findings: tuple[Diagnostic, ...], sources: tuple[Source, ...]) -> None:
        count = sum(1 for finding in findings if finding.severity == "error")
        super().__init__(f"the schema has {count} error{'s' if count != 1 else ''}")
        self.findings = findings
        self.sources = sources


class ConfigurationError(NicolError):
    """A setting that is missing, unknown or wrong."""


class MissingExtra(NicolError):
    """An optional part of Nicol is not installed; the help is the line to type."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part of Nicol", help=f'pip install "nicol[{extra}]"')


class GenerationFailed(NicolError):
    """A client cannot be written."""


class MigrationError(NicolError):
    """A migration cannot be made or applied; `migration` is its folder name, `statement` the SQL that failed."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        help: str | None = None,  # noqa: A002
        migration: str | None = None,
        statement: str | None = None,
    ) -> None:
        super().__init__(message, code=code, help=help)
        self.migration = migration
        self.statement = statement


class MigrationBusy(MigrationError):
    """Another deployer, or another writer, is at work; trying again is safe."""

    code = "P1002"


class DriverError(NicolError):
    """What the database said, as it said it.

    `state` is the database's own code (SQLSTATE, or SQLite's extended result code's name); `details` holds what it told
    beside (`constraint`, `table`, `column`, `schema`, `detail`, `hint`, `position`), as far as it did. `statement` is the text
    that failed, never its parameters. `broken`: the connection is gone. `in_doubt`: what was said last may have happened, and
    would last. `at`: which statement of a pipeline it was.
    """

    def __init__(
        self,
        message: str,
        *,
        state: str = "",
        details: Mapping[str, str] | None = None,
        statement: str | None = None,
        broken: bool = False,
        in_doubt: bool = False,
        at: int = 0,
    ) -> None:
        super().__init__(message)
        self.state = state
        self.details = dict(details or {})
        self.statement = statement
        self.broken = broken
        self.in_doubt = in_doubt
        self.at = at


class ClientError(NicolError):
    """A client call that failed. `model` and `fields` are the schema's names; `constraint` the database's.

    `call` is the call with the keys of its arguments, never with values: `User.create(data={email})`. `retryable`: the same
    work may well succeed when it is done again from its beginning.
    """

    call: str | None = None
    retryable: bool = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        help: str | None = None,  # noqa: A002
        model: str | None = None,
        fields: tuple[str, ...] = (),
        constraint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, help=help)
        self.model = model
        self.fields = fields
        self.constraint = constraint

    def __str__(self) -> str:
        text, line, rest = super().__str__().partition("\n  help: ")
        return f"{text}\n  call: {self.call}{line}{rest}" if self.call else text + line + rest


class ConnectionFailed(ClientError):
    """The database cannot be reached, or refuses us."""

    code = "P1001"


class NotConnected(ClientError):
    """The client is not connected, or no longer."""


class QueryInvalid(ClientError):
    """An argument of the call is wrong."""

    code = "P2009"


class RecordNotFound(ClientError):
    """A record that the call needs does not exist."""

    code = "P2025"


class ConstraintViolation(ClientError):
    """The database refused the write because of a constraint."""

    code = "P2004"


class UniqueViolation(ConstraintViolation):
    """Another record has these values already."""

    code = "P2002"


class ForeignKeyViolation(ConstraintViolation):
    """A record that is pointed at does not exist, or is still pointed at."""

    code = "P2003"


class NullViolation(ConstraintViolation):
    """A required field would be null."""

    code = "P2011"


class RelationViolation(ConstraintViolation):
    """A record would be left without the one that it must point at."""

    code = "P2014"


class ValueInvalid(ClientError):
    """A value does not fit its column."""

    code = "P2006"


class TableMissing(ClientError):
    """The model's table is not in the database."""

    code = "P2021"


class ColumnMissing(ClientError):
    """A field's column is not in the database."""

    code = "P2022"


class RawQueryFailed(ClientError):
    """The database refused a raw query."""

    code = "P2010"


class TransactionClosed(ClientError):
    """The transaction has ended, or ran out of its time."""

    code = "P2028"


class CommitUnknown(ClientError):
    """The connection was lost in the moment of keeping the work: it was kept whole, or not at all, and nobody here can know."""

    code = "N1017"


class AfterCommitFailed(ClientError):
    """The transaction was kept, and functions that were to run after it failed; `errors` is what they raised."""

    def __init__(self, errors: Sequence[BaseException], count: int) -> None:
        told = "; ".join(f"{type(error).__name__}: {error}" for error in errors)
        super().__init__(
            f"the transaction was kept, but {len(errors)} of {count} functions after it failed: {told}",
            help="do not run the transaction again: its work is done",
        )
        self.errors = tuple(errors)


class WriteConflict(ClientError):
    """Two transactions collided or deadlocked; trying again is safe."""

    code = "P2034"
    retryable = True


class TimedOut(ClientError):
    """The database or the pool did not answer in time."""

    code = "P1008"
