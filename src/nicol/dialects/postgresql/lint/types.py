"""Types that are rarely what was meant, and which change of a type stores the same.

https://wiki.postgresql.org/wiki/Don%27t_Do_This and https://www.postgresql.org/docs/current/limits.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind, Name, spelled
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Problem, Rule, Script, at, rule
from nicol.dialects.statements import Token

_NAME_LIMIT = 63
_BOUNDED = re.compile(
    r"(?P<name>[A-Z][A-Z0-9_ ]*?)(?:\((?P<bounds>[\d,]+)\))?(?P<zone> WITH(?:OUT)? TIME ZONE)?"
)
_NAMES = {
    "CHARACTER VARYING": "VARCHAR", "BIT VARYING": "VARBIT", "DECIMAL": "NUMERIC", "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
    "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP", "INT": "INTEGER", "INT4": "INTEGER", "INT8": "BIGINT", "INT2": "SMALLINT",
    "CHARACTER": "CHAR", "BPCHAR": "CHAR", "TIMETZ": "TIME WITH TIME ZONE", "FLOAT8": "DOUBLE PRECISION", "FLOAT4": "REAL",
    "BOOL": "BOOLEAN",
}  # fmt: skip


def _kind(parts: tuple[Token, ...]) -> tuple[str, tuple[int, ...]]:
    """A type's usual name and its bounds."""
    match = _BOUNDED.fullmatch(spelled(parts).replace("PG_CATALOG.", ""))
    if match is None:
        return spelled(parts), ()
    name = match["name"].strip() + (match["zone"] or "")
    bounds = tuple(int(bound) for bound in (match["bounds"] or "").split(",") if bound)
    return _NAMES.get(name, name), bounds


def is_wider(old: tuple[Token, ...], new: tuple[Token, ...]) -> bool:
    """True for a change of type that PostgreSQL makes without writing or reading a row."""
    if not old:
        return False
    (before, narrow), (after, wide) = _kind(old), _kind(new)
    if before == after and narrow == wide:
        return True
    match before, after:
        case ("VARCHAR", "TEXT") | ("CIDR", "INET"):
            return True
        case ("TEXT" | "VARCHAR", "VARCHAR"):
            return not wide or bool(narrow and narrow[0] <= wide[0])
        case ("VARBIT", "VARBIT") | ("TIMESTAMP", "TIMESTAMP") | ("TIMESTAMPTZ", "TIMESTAMPTZ"):
            return not wide or bool(narrow and narrow[0] <= wide[0])
        case ("NUMERIC", "NUMERIC"):
            return not wide or (bool(narrow) and narrow[0] <= wide[0] and narrow[1:] == wide[1:])
        case _:
            return False


# ---- rules -----------------------------------------------------------------------------------------------------------


def _declared(script: Script) -> Iterator[d.Column]:
    """Every column that the script declares."""
    for _, made in script.each(d.CreateTable):
        yield from made.columns
    for _, grown in script.each(d.AddColumn):
        yield grown.column


def _of_type(script: Script, names: set[str], message: str) -> Iterator[Problem]:
    typed = [(column.name, column.type) for column in _declared(script)]
    typed += [(deed.column, deed.type) for _, deed in script.each(d.SetType)]
    for name, type_ in typed:
        if type_ and _kind(type_)[0].removesuffix("[]") in names:
            yield Problem(message.format(name.shown), type_[0].start, type_[-1].end)


@rule("char-type", Level.NOTE)
def texts_are_not_padded(script: Script) -> Iterator[Problem]:
    """A text is no char(n).

    It is filled up with blanks that comparisons ignore, is no faster, and wastes space.

    text, or varchar(n) where a limit is meant: @db.Text, @db.VarChar(n).
    """
    yield from _of_type(script, {"CHAR"}, '"{}" is padded with blanks')


@rule("json-type", Level.NOTE)
def documents_are_binary(script: Script) -> Iterator[Problem]:
    """A JSON document is jsonb.

    json has no equality, so that DISTINCT, GROUP BY and comparisons fail on the whole row, and no index.

    jsonb: @db.JsonB, which is what Json is without an attribute.
    """
    yield from _of_type(script, {"JSON"}, '"{}" can be neither compared nor indexed')


@rule("money-type", Level.NOTE)
def amounts_are_numbers(script: Script) -> Iterator[Problem]:
    """An amount is numeric.

    money has the currency and the fraction of the server's locale, and loses what is smaller.

    numeric(p, s): Decimal @db.Decimal(p, s), and a column for the currency.
    """
    yield from _of_type(script, {"MONEY"}, '"{}" depends on the locale of the server')


@rule("timestamp-without-zone", Level.OFF)
def instants_have_a_zone(script: Script) -> Iterator[Problem]:
    """An instant is timestamptz.

    timestamp holds no instant but the hands of a clock: whoever reads it with another zone reads another instant.
    Prisma's DateTime is one, always in UTC, so this rule is off unless asked for.

    timestamptz: DateTime @db.Timestamptz(3).
    """
    yield from _of_type(script, {"TIMESTAMP"}, '"{}" has no time zone')


@rule("serial-type", Level.OFF)
def keys_are_identities(script: Script) -> Iterator[Problem]:
    """A number that the database gives is an identity column.

    The sequence of a serial has permissions and an owner of its own. Prisma writes serial for autoincrement(), so
    this rule is off unless asked for.

    GENERATED BY DEFAULT AS IDENTITY.
    """
    names = {"SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL2", "SERIAL4", "SERIAL8"}
    yield from _of_type(script, names, '"{}" is a serial')


@rule("small-integer", Level.OFF)
def numbers_have_room(script: Script) -> Iterator[Problem]:
    """A whole number is bigint.

    An integer ends at 2,147,483,647: a table that lives long enough runs out of keys. Prisma's Int is one, so this
    rule is off unless asked for.

    bigint: BigInt.
    """
    names = {"INTEGER", "SMALLINT", "SERIAL", "SMALLSERIAL", "SERIAL2", "SERIAL4"}
    yield from _of_type(script, names, '"{}" ends at 2,147,483,647 or before')


@rule("limited-text", Level.OFF)
def limits_of_texts_are_checks(script: Script) -> Iterator[Problem]:
    """The length of a text is bounded by a check.

    A smaller limit writes the table anew, under a lock. A larger one does not, so this rule is off unless asked for.

    text, and CHECK (length("column") <= n).
    """
    for column in _declared(script):
        name, bounds = _kind(column.type) if column.type else ("", ())
        if name == "VARCHAR" and bounds:
            yield Problem(
                f'the limit of "{column.name.shown}" is part of its type',
                column.type[0].start,
                column.type[-1].end,
            )


@rule("identifier-too-long", Level.WARNING)
def names_fit(script: Script) -> Iterator[Problem]:
    """A name has at most 63 bytes.

    PostgreSQL cuts it without an error: two names may become one, and whoever looks for the long one does not find
    it.

    Give a shorter name with map.
    """
    for name in _named(script):
        if len(name.shown.encode()) > _NAME_LIMIT:
            yield at(name, f'"{name.shown}" has {len(name.shown.encode())} bytes and is cut')


def _named(script: Script) -> Iterator[Name]:
    for act in script.acts:
        match act.deed:
            case d.CreateTable():
                yield act.deed.table
                yield from (column.name for column in act.deed.columns)
                yield from (each.name for each in act.deed.all_constraints if each.name is not None)
            case (
                d.CreateIndex(name=d.Name() as name)
                | d.AddConstraint(constraint=d.Constraint(name=d.Name() as name))
            ):
                yield name
            case d.AddColumn():
                yield act.deed.column.name
            case d.RenameTable() | d.RenameColumn() | d.RenameType():
                yield act.deed.new
            case d.CreateEnum():
                yield act.deed.type
            case _:
                pass


@rule("domain-condition", Level.WARNING)
def domains_have_no_conditions(script: Script) -> Iterator[Problem]:
    """A domain has no condition.

    A change of it looks through every table that uses the domain, under locks, and is not checked where values come
    as another type.

    A CHECK on the columns.
    """
    for _, deed in script.each(d.CreateDomain):
        yield at(deed.condition, f'the domain "{deed.domain.shown}" has a condition')


@rule("primary-key-missing", Level.OFF)
def tables_have_a_primary_key(script: Script) -> Iterator[Problem]:
    """A table has a primary key.

    Logical replication cannot tell its rows apart, nor can tools. Prisma's join tables once had none, so this rule
    is off unless asked for.

    @id or @@id.
    """
    for _, made in script.each(d.CreateTable):
        added = [
            deed.constraint.kind
            for _, deed in script.each(d.AddConstraint)
            if deed.table.key == made.table.key
        ]
        kinds = [each.kind for each in made.all_constraints] + added
        if Kind.PRIMARY not in kinds and not made.copied:
            yield at(made.table, f'"{made.table.shown}" has no primary key')


RULES: tuple[Rule, ...] = (
    texts_are_not_padded,
    documents_are_binary,
    amounts_are_numbers,
    instants_have_a_zone,
    keys_are_identities,
    numbers_have_room,
    limits_of_texts_are_checks,
    names_fit,
    domains_have_no_conditions,
    tables_have_a_primary_key,
)
