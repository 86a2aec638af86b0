"""Typed SQL: the files of a project, checked against its databases, as functions of the client."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from nicol.catalog import Catalog
from nicol.catalog import Column as CatalogColumn
from nicol.dialects.dialect import Dialect
from nicol.drivers import Connection, database_exists, open_database, parse_address
from nicol.drivers.describing import DescribedColumn, Description, describe
from nicol.errors import ConfigurationError, DriverError, GenerationFailed
from nicol.migrate.lower import lower
from nicol.migrate.plan import steps_between
from nicol.ops.databases import Target, explained, target_if_any
from nicol.ops.project import Project
from nicol.ops.schemas import ReadSchema
from nicol.ops.sql_files import SqlFile, folder_of, sql_files
from nicol.query.typed import (
    Column,
    Declared,
    Parameter,
    Spelling,
    SqlFault,
    SqlType,
    TypedQuery,
    first_unused,
    line_of,
    marks_in,
    may_lack_rows,
    read_head,
    spelled,
)
from nicol.schema.schema import Arity, Scalar, ScalarField, Schema
from nicol.sql.expressions import Slots
from nicol.sql.program import Statement, say_all
from nicol.sql.tree import Param


@dataclass(frozen=True, slots=True)
class TypedSql:
    """The queries of a project, and the databases that no one was at hand to check them for."""

    queries: tuple[TypedQuery, ...]
    unchecked: tuple[str, ...]


def typed_sql(project: Project, read: ReadSchema) -> TypedSql:
    """Read every file and have it described by each database; GenerationFailed names the file and the line at fault."""
    files = sql_files(folder_of(project), read.providers)
    described: dict[str, dict[str, _Checked]] = {}
    unchecked: list[str] = []
    for dialect in read.dialects:
        with _at_hand(project, read, dialect) as connection:
            if connection is None:
                unchecked.append(dialect.name)
            described[dialect.name] = {
                file.name: _check(file, dialect, read.schema, connection)
                for file in files
                if file.dialect in (None, dialect.name)
            }
    names = sorted({file.name for file in files})
    return TypedSql(tuple(_query(name, described) for name in names), tuple(unchecked))


# ---- databases -------------------------------------------------------------------------------------------------------


@contextmanager
def _at_hand(project: Project, read: ReadSchema, dialect: Dialect) -> Generator[Connection | None]:
    """A database of the kind: the project's own, or one in memory that is what the schema says; None where there is none."""
    target = target_if_any(project, read)
    if target is not None and target.dialect.name == dialect.name and _exists(target):
        with (
            explained(target),
            open_database(target.address) as database,
            database.session(write=False) as connection,
        ):
            yield connection
    elif dialect.in_memory is not None:
        with (
            open_database(parse_address(dialect.in_memory)) as database,
            database.session(write=True) as connection,
        ):
            _make(connection, read.schema, dialect)
            yield connection
    else:
        yield None


def _exists(target: Target) -> bool:
    try:
        return database_exists(target.address)
    except (DriverError, ConfigurationError):
        return False


def _make(connection: Connection, schema: Schema, dialect: Dialect) -> None:
    from nicol.drivers import run

    steps = steps_between(Catalog(), lower(schema, dialect), dialect)
    run(say_all(Statement(text) for step in steps for text in step.statements), connection)


# ---- one file on one database ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file as one database sees it; `columns` None: nobody was there to tell."""

    file: SqlFile
    declared: Declared
    spelling: Spelling
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...] | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file while it is read for one database: its statement, and the line on which that begins."""

    declared: Declared
    statement: str
    start: int
    schema: Schema
    dialect: Dialect

    def line(self, text: str, place: int) -> int:
        """The line of the file on which a place of the statement is."""
        return self.start + line_of(text, place) - 1


def _check(file: SqlFile, dialect: Dialect, schema: Schema, connection: Connection | None) -> _Checked:
    try:
        reading = _reading(file, dialect, schema)
        slots = Slots()
        spelling = spelled(reading.statement, lambda number: dialect.renderer.param(Param(number), slots))
        unused = first_unused(reading.declared.parameters, spelling.parameters)
        if unused is not None:
            raise SqlFault(f"{unused.mark} is declared and not used", 1)
        found = None if connection is None else _described(reading, spelling, connection)
        parameters = _parameters(reading, spelling, found)
        columns = None if found is None else _columns(reading, found)
    except SqlFault as fault:
        raise GenerationFailed(f"{file.path}:{fault.line}: {fault}", help=fault.help) from None
    return _Checked(file, reading.declared, spelling, parameters, columns)


def _reading(file: SqlFile, dialect: Dialect, schema: Schema) -> _Reading:
    """The one statement of a file without the comments at its head."""
    declared = read_head(file.text, [enum.name for enum in schema.enums])
    body = "".join(file.text.splitlines(keepends=True)[declared.lines :])
    statements = dialect.split(body)
    if len(statements) != 1:
        many = "more than one statement" if statements else "no statement"
        raise SqlFault(
            f"there is {many} in the file", declared.lines + 1, "write one file for each statement"
        )
    (statement,) = statements
    start = declared.lines + line_of(body, body.index(statement))
    return _Reading(declared, statement, start, schema, dialect)


def _described(reading: _Reading, spelling: Spelling, connection: Connection) -> Description:
    try:
        return describe(connection, spelling.text)
    except DriverError as error:
        place = min(int(error.details.get("position", "1")), len(spelling.text)) - 1
        raise SqlFault(
            f"the database refuses it: {error.message}", reading.line(spelling.text, place)
        ) from None


def _parameters(reading: _Reading, spelling: Spelling, found: Description | None) -> tuple[Parameter, ...]:
    """What is declared, and beside it what the database knows of parameters that have a name."""
    known = {each.mark: each for each in reading.declared.parameters}
    told = found.parameters if found is not None else (None,) * len(spelling.parameters)
    result = tuple(
        known.get(mark) or _inferred(reading, mark, type_)
        for mark, type_ in zip(spelling.parameters, told, strict=True)
    )
    names = [each.name for each in result]
    for name in names:
        if names.count(name) > 1:
            raise SqlFault(f"two parameters are called {name}", 1)
    return result


def _inferred(reading: _Reading, mark: str, told: str | None) -> Parameter:
    line = next(
        reading.line(reading.statement, place)
        for each, place, _ in marks_in(reading.statement)
        if each == mark
    )
    head = "declare it at the head of the file: -- @param {Int} "
    if mark.startswith("$"):
        raise SqlFault(f"{mark} has no name", line, f"{head}{mark}:name")
    type_ = SqlType(None) if told is None else _type_of(told, -1, reading)
    if type_.name is None:
        raise SqlFault(f"nobody knows the type of {mark}", line, f"{head}{mark}")
    return Parameter(mark.removeprefix(":"), mark, msgspec.structs.replace(type_, optional=False))


def _columns(reading: _Reading, found: Description) -> tuple[Column, ...]:
    known = {each.name: each for each in reading.declared.columns}
    loose = may_lack_rows(reading.statement)
    columns = tuple(known.get(each.name) or _column(each, reading, loose=loose) for each in found.columns)
    names = [each.name for each in columns]
    for name in names:
        if name == _NAMELESS:
            raise SqlFault("a column has no name", reading.start, "give it one with AS")
        if names.count(name) > 1:
            raise SqlFault(
                f"two columns are called {name}", reading.start, "give each a name of its own with AS"
            )
    for each in reading.declared.columns:
        if each.name not in names:
            raise SqlFault(f"there is no column {each.name} in the answer", 1)
    return columns


_NAMELESS = "?column?"
"""What PostgreSQL calls a column that has no name."""


def _column(found: DescribedColumn, reading: _Reading, *, loose: bool) -> Column:
    """By the field that the column shows, else by the database's type; an outer join can make everything null."""
    field = _shown(found, reading.schema)
    if field is None:
        return Column(found.name, _type_of(found.type, found.modifier, reading))
    return Column(found.name, _type_of_field(field, loose=loose))


def _shown(found: DescribedColumn, schema: Schema) -> ScalarField | None:
    if found.table is None:
        return None
    fields = (field for model in schema.models if model.mapped == found.table for field in model.scalars)
    return next((field for field in fields if field.mapped == found.column), None)


def _type_of_field(field: ScalarField, *, loose: bool) -> SqlType:
    name = field.type.value if isinstance(field.type, Scalar) else getattr(field.type, "name", None)
    native = None if field.native is None else (field.native.name, field.native.args)
    many = field.arity is Arity.LIST
    return SqlType(name, loose or field.arity is Arity.OPTIONAL, many, native)


def _type_of(stored: str | None, modifier: int, reading: _Reading) -> SqlType:
    """A type in the database's words as one of the schema's, which can be null as far as anybody knows."""
    if stored is None:
        return SqlType(None)
    enum = next((each for each in reading.schema.enums if each.mapped == stored.removeprefix("_")), None)
    if enum is not None:
        return SqlType(enum.name, optional=True, many=stored.startswith("_"))
    type_ = reading.dialect.described_type(stored, modifier)
    if type_ is None:
        return SqlType(None)
    meant = reading.dialect.meaning(CatalogColumn("", type_))
    if not isinstance(meant.type, Scalar):
        return SqlType(None)
    native = None if meant.native is None else (meant.native.name, meant.native.args)
    return SqlType(meant.type.value, True, meant.listed or type_.array, native)


# ---- what the databases agree on -------------------------------------------------------------------------------------


def _query(name: str, described: Mapping[str, Mapping[str, _Checked]]) -> TypedQuery:
    checked = {dialect: files[name] for dialect, files in described.items() if name in files}
    first, *others = sorted(checked.values(), key=lambda each: each.columns is None)
    for other in others:
        _agree(first, other)
    columns = _merged([each.columns for each in checked.values() if each.columns is not None])
    return TypedQuery(
        name=name,
        spellings={dialect: _named(each.spelling, each.parameters) for dialect, each in checked.items()},
        parameters=tuple(_merged_parameters([each.parameters for each in checked.values()])),
        columns=columns or None,
        documentation=first.declared.documentation,
    )


def _named(spelling: Spelling, parameters: Sequence[Parameter]) -> Spelling:
    """The spelling with the names of its parameters in the place of their marks."""
    names = {each.mark: each.name for each in parameters}
    return Spelling(spelling.text, tuple(names[mark] for mark in spelling.parameters))


def _agree(one: _Checked, two: _Checked) -> None:
    """Both databases must give one function."""
    if {each.name for each in one.parameters} != {each.name for each in two.parameters}:
        raise GenerationFailed(f"{one.file.path} and {two.file.path} do not take the same parameters")
    if one.columns is None or two.columns is None:
        return
    if [each.name for each in one.columns] != [each.name for each in two.columns]:
        raise GenerationFailed(
            f"{one.file.path} and {two.file.path} do not answer the same columns"
            if one.file != two.file
            else f"{one.file.path} does not answer the same columns on every database",
            help="give each column the same name with AS, in the same order",
        )


def _merged(found: Sequence[tuple[Column, ...]]) -> tuple[Column, ...]:
    """Each column by who knows its type; null where it can be on one of the databases."""
    if not found:
        return ()
    return tuple(
        Column(columns[0].name, _type_together([each.type for each in columns]))
        for columns in zip(*found, strict=True)
    )


def _merged_parameters(found: Sequence[tuple[Parameter, ...]]) -> Iterable[Parameter]:
    for parameter in found[0]:
        same = [each for parameters in found for each in parameters if each.name == parameter.name]
        yield next((each for each in same if each.type.name is not None), parameter)


def _type_together(types: Sequence[SqlType]) -> SqlType:
    known = [each for each in types if each.name is not None]
    return known[0] if known else types[0]
