"""What went wrong, in the schema's names and with Prisma's codes: errors of calls, and errors of databases translated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

from nicol.dialects.dialect import Dialect, Fault, Violation
from nicol.dialects.values import TooLong
from nicol.errors import (
    ClientError,
    ColumnMissing,
    CommitUnknown,
    ConnectionFailed,
    ConstraintViolation,
    DriverError,
    ForeignKeyViolation,
    NullViolation,
    QueryInvalid,
    RawQueryFailed,
    RecordNotFound,
    TableMissing,
    TimedOut,
    UniqueViolation,
    ValueInvalid,
    WriteConflict,
)
from nicol.schema.schema import ForeignKeyRelation, Schema
from nicol.schema.schema import Model as SchemaModel


def invalid(
    message: str,
    *,
    model: str | None = None,
    fields: tuple[str, ...] = (),
    hint: str | None = None,
    code: str | None = None,
) -> QueryInvalid:
    """An argument of a call is wrong."""
    return QueryInvalid(message, model=model, fields=fields, help=hint, code=code)


def unknown(
    what: str, name: object, known: Iterable[str], *, model: str | None = None, field: str | None = None
) -> NoReturn:
    """A name that does not exist, with the nearest one that does; `field` is what it stands at, where it is no field itself."""
    from difflib import get_close_matches

    names = sorted(set(known))
    near = get_close_matches(str(name), names, 1, 0.6)
    hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(names)}"
    place = f" on model `{model}`" if model else ""
    raise invalid(f"unknown {what} `{name}`{place}", model=model, fields=(field or str(name),), hint=hint)


def missing_record(
    model: str, what: str, *, fields: tuple[str, ...] = (), code: str | None = None
) -> RecordNotFound:
    """A record that a call needs does not exist."""
    return RecordNotFound(what, model=model, fields=fields, code=code)


def vanished(model: str) -> ConstraintViolation:
    """The database said that it inserted rows, and left some out: a trigger or a rule of its own."""
    return ConstraintViolation(
        f"the database left out rows of model `{model}` that were written, so that nothing can point at them",
        model=model,
        help="look for triggers and rules on its table",
    )


def key_taken(model: str, fields: Sequence[str]) -> UniqueViolation:
    """Another row has the key already."""
    listed = ", ".join(f"`{name}`" for name in fields)
    text = f"Unique constraint failed on {listed} of model `{model}`"
    return UniqueViolation(text, code="P2002", model=model, fields=tuple(fields))


def wrong_value(error: Exception, *, model: str, field: str, row: int | None = None) -> ValueInvalid:
    """A value that cannot cross to its column; `row`: its place in `data`, where there are many."""
    code = next((code for kind, code in _CODES_OF_VALUES.items() if isinstance(error, kind)), "P2006")
    place = "" if row is None else f" in `data[{row}]`"
    return ValueInvalid(
        f"the value for `{model}.{field}`{place} is invalid: {error}", model=model, fields=(field,), code=code
    )


_CODES_OF_VALUES = {OverflowError: "P2020", TooLong: "P2000"}


def wrong_stored(error: Exception, *, model: str, field: str) -> ValueInvalid:
    """A value in the database that is none of its field's type."""
    reason = f"{type(error).__name__}: {error}"
    return ValueInvalid(
        f"the database holds a value in `{model}.{field}` that does not fit its type ({reason})",
        model=model,
        fields=(field,),
        code="P2023",
    )


# ---- errors of databases -----------------------------------------------------------------------------------------


def translate(
    error: DriverError,
    dialect: Dialect,
    schema: Schema,
    model: str | None,
    suspect: Callable[[], ForeignKeyRelation | None] = lambda: None,
) -> ClientError:
    """A database's error as the client raises it; `model` is that of the call, for what the database does not name.

    `suspect` is the foreign key that the call can have broken. A text that means nothing to the dialect is a
    RawQueryFailed with the database's own words.
    """
    if error.in_doubt:
        return CommitUnknown(
            f"the connection was lost before the database had said whether the work is kept: {error.message}",
            help="look whether it is there before doing it again: it was kept whole, or not at all",
        )
    violation = dialect.meaning_of(error)
    if violation is None:
        return RawQueryFailed(_raw(error), model=model, constraint=error.details.get("constraint"))
    violation = _completed(violation, schema, suspect)
    owner, fields = _place(violation, schema, model)
    return _meaning(violation, error, owner, fields)


def _completed(
    violation: Violation, schema: Schema, suspect: Callable[[], ForeignKeyRelation | None]
) -> Violation:
    """The violation with its constraint's name, where the database kept it to itself and the schema knows."""
    if violation.constraint is not None:
        return violation
    if violation.fault is Fault.FOREIGN_KEY and (key := suspect()) is not None:
        child = schema.model(key.child)
        return replace(
            violation,
            table=child.mapped,
            columns=_columns(child, key.fields),
            constraint=foreign_key_name(child, key),
        )
    owner = next((each for each in schema.models if each.mapped == violation.table), None)
    if violation.fault is not Fault.UNIQUE or owner is None:
        return violation
    fields = _fields(owner, violation.columns)
    named = (name for name, each in _constraints(owner, schema) if set(each) == set(fields))
    return replace(violation, constraint=next(named, None))


def _raw(error: DriverError) -> str:
    state = f" ({error.state})" if error.state else ""
    return f"the database refused the statement{state}: {error.message}"


_MEANINGS: Mapping[Fault, tuple[type[ClientError], str, str]] = {
    Fault.UNIQUE: (UniqueViolation, "P2002", "Unique constraint failed{place}"),
    Fault.FOREIGN_KEY: (ForeignKeyViolation, "P2003", "Foreign key constraint failed{place}"),
    Fault.NOT_NULL: (NullViolation, "P2011", "Null constraint failed{place}"),
    Fault.CHECK: (ConstraintViolation, "P2004", "A constraint failed in the database{place}: {told}"),
    Fault.TOO_LONG: (ValueInvalid, "P2000", "The value is too long for its column{place}: {told}"),
    Fault.OUT_OF_RANGE: (ValueInvalid, "P2020", "The value is out of range for its type{place}: {told}"),
    Fault.INVALID_VALUE: (ValueInvalid, "P2007", "The value is invalid{place}: {told}"),
    Fault.TABLE_MISSING: (TableMissing, "P2021", "The table{place} does not exist in the database: {told}"),
    Fault.COLUMN_MISSING: (
        ColumnMissing,
        "P2022",
        "The column{place} does not exist in the database: {told}",
    ),
    Fault.SYNTAX: (RawQueryFailed, "P2010", "The database does not understand the statement: {told}"),
}
"""Faults of a call: the error, Prisma's code, and the sentence, in which `place` is what the call's model knows."""


_AS_THE_SCHEMA_SAYS = (
    "`nicol migrate deploy`, or `nicol db push`, makes what the schema says;"
    " `nicol migrate status` tells what is missing"
)
_WAYS_OUT: Mapping[Fault, str] = {
    Fault.FOREIGN_KEY: "the record that is pointed at must be there first, and stays while another one points at it",
    Fault.TABLE_MISSING: _AS_THE_SCHEMA_SAYS,
    Fault.COLUMN_MISSING: _AS_THE_SCHEMA_SAYS,
    Fault.CONFLICT: "do the whole transaction again: db.retrying(…) does",
    Fault.BUSY: "keep transactions short, or do the whole one again: db.retrying(…) does",
    Fault.DATABASE_MISSING: "look at the URL; `nicol migrate deploy` and `nicol db push` make a database that is not there",
    Fault.AUTHENTICATION: "look at the user and the password in the URL",
    Fault.UNREACHABLE: "look at the host and the port in the URL, and whether the server runs",
    Fault.TOO_MANY_CONNECTIONS: "lower `connection_limit` in the URL, or put a pooler in front of the database",
}

_OF_VALUES = (Fault.TOO_LONG, Fault.OUT_OF_RANGE, Fault.INVALID_VALUE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def without_values(message: str) -> str:
    """What a database says of a value, without the value that it quotes."""
    return _QUOTED.sub('"…"', message)


def _meaning(
    violation: Violation, error: DriverError, model: str | None, fields: tuple[str, ...]
) -> ClientError:
    if violation.fault not in _MEANINGS:
        return _outage(violation.fault, error)
    kind, code, sentence = _MEANINGS[violation.fault]
    told = without_values(error.message) if violation.fault in _OF_VALUES else error.message
    text = sentence.format(place=_words(violation, model, fields), told=told)
    way_out = _WAYS_OUT.get(violation.fault)
    return kind(text, code=code, help=way_out, model=model, fields=fields, constraint=violation.constraint)


def _words(violation: Violation, model: str | None, fields: tuple[str, ...]) -> str:
    names = fields or ((violation.constraint,) if violation.constraint else ())
    listed = f" on {', '.join(f'`{name}`' for name in names)}" if names else ""
    return listed + (f" of model `{model}`" if model else "")


_OUTAGES: Mapping[Fault, tuple[type[ClientError], str, str]] = {
    Fault.CONFLICT: (
        WriteConflict,
        "P2034",
        "the transaction collided with another one; trying again is safe",
    ),
    Fault.BUSY: (TimedOut, "P1008", "the database was locked by somebody else for too long"),
    Fault.READ_ONLY: (ConnectionFailed, "P1010", "the database can only be read"),
    Fault.CANCELLED: (TimedOut, "P1008", "the statement was stopped before it ended"),
    Fault.DATABASE_MISSING: (ConnectionFailed, "P1003", "the database does not exist"),
    Fault.AUTHENTICATION: (ConnectionFailed, "P1000", "the database refused the user or the password"),
    Fault.UNREACHABLE: (ConnectionFailed, "P1001", "Can't reach database server"),
    Fault.ACCESS_DENIED: (ConnectionFailed, "P1010", "the database denied access"),
    Fault.TOO_MANY_CONNECTIONS: (ConnectionFailed, "P2037", "the database has too many connections"),
}


def _outage(fault: Fault, error: DriverError) -> ClientError:
    kind, code, sentence = _OUTAGES[fault]
    lost = fault is Fault.UNREACHABLE and error.broken and error.statement is not None
    if lost:
        code, sentence = "P1017", "the server closed the connection, and what was not committed is undone"
    told = kind(f"{sentence}: {error.message}", code=code, help=None if lost else _WAYS_OUT.get(fault))
    told.retryable = lost or fault in _PASSING
    return told


_PASSING = (Fault.CONFLICT, Fault.BUSY, Fault.TOO_MANY_CONNECTIONS)
"""What may well be over when the same work is done again from its beginning."""


# ---- from database names to schema names -------------------------------------------------------------------------


def _place(violation: Violation, schema: Schema, model: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The model and the fields that a violation concerns, as far as they can be known."""
    owner = next((each for each in schema.models if each.mapped == violation.table), None)
    if owner is not None and violation.columns:
        return owner.name, _fields(owner, violation.columns)
    if violation.constraint is not None:
        candidates = [owner] if owner else list(schema.models)
        for candidate in candidates:
            for name, fields in _constraints(candidate, schema):
                if name == violation.constraint:
                    return candidate.name, fields
    return (owner.name if owner else model), ()


def _fields(model: SchemaModel, columns: Iterable[str]) -> tuple[str, ...]:
    names = {field.mapped: field.name for field in model.scalars}
    return tuple(names.get(column, column) for column in columns)


def _constraints(model: SchemaModel, schema: Schema) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The names of a model's constraints as Prisma spells them, each with its fields."""
    if (key := model.primary_key) is not None:
        yield (
            key.mapped or constraint_name(model.mapped, (), "pkey"),
            tuple(field.name for field in key.fields),
        )
    for unique in model.uniques:
        fields = tuple(field.name for field in unique.fields)
        yield unique.mapped or constraint_name(model.mapped, _columns(model, fields), "key"), fields
    for relation in schema.relations:
        if isinstance(relation, ForeignKeyRelation) and relation.child == model.name:
            yield foreign_key_name(model, relation), relation.fields


def foreign_key_name(child: SchemaModel, relation: ForeignKeyRelation) -> str:
    """The name of a relation's foreign key."""
    return relation.mapped or constraint_name(child.mapped, _columns(child, relation.fields), "fkey")


def _columns(model: SchemaModel, fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(model.scalar(name).mapped for name in fields)


def constraint_name(table: str, columns: tuple[str, ...], suffix: str) -> str:
    """A name that the schema does not give, cut to the 63 bytes that PostgreSQL keeps."""
    stem = "_".join((table, *columns)).encode()[: 63 - len(suffix) - 1].decode(errors="ignore")
    return f"{stem}_{suffix}"
