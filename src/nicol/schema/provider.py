"""What the language asks of a database: tables that make a schema valid for one and not for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from nicol.schema.schema import ReferentialAction, Scalar

Limits: TypeAlias = tuple[tuple[int, int | None], ...]
"""The lowest and the highest value (None: any) of each argument."""


class KeyKind(StrEnum):
    """What a list of fields of a model is."""

    ID = "id"
    UNIQUE = "unique"
    INDEX = "index"
    FULLTEXT = "fulltext"


@dataclass(frozen=True, slots=True)
class Native:
    """One native type: the scalars it stores, and its arguments, which are given all or none.

    Values outside `limits` are refused; those outside `capacity`, which the database refuses and Prisma does not, are
    warned of.
    """

    name: str
    scalars: tuple[Scalar, ...]
    limits: Limits | None = ()
    """None where its arguments are looked at by another database of the project."""
    needed: bool = False
    """True when its arguments cannot be left out."""
    capacity: Limits = ()
    barred: frozenset[KeyKind] = frozenset()
    """The keys that a column of this type cannot be part of."""
    prefixed: bool = False
    """True when it can be part of any key by a prefix of its values (`length:`)."""
    only: Mapping[Scalar, tuple[int, ...]] = field(default_factory=dict[Scalar, tuple[int, ...]])
    """The one form in which it stores a scalar: MySQL's Bit is a Boolean as Bit(1)."""


@dataclass(frozen=True, slots=True)
class IndexMethod:
    """One index algorithm: what it orders, and by which operator classes.

    Columns are named as the language spells their types: `String` is a string without a native type, `@Text` one that is
    `@db.Text`; a list is as good as one of its items.
    """

    name: str
    suits: frozenset[str] | None = None
    """The columns it takes without an operator class; None for all."""
    lists: bool = False
    """True when it takes lists of everything."""
    classes: Mapping[str, frozenset[str]] | None = field(default_factory=dict[str, frozenset[str]])
    """The columns that each operator class takes; None where all are taken and none is looked at."""
    raw_classes: bool = True
    """True when operator classes may be given in the database's own words."""
    sorts: bool = True
    """True when its columns have a direction."""


ANY_LIST = "[]"
"""In the columns of an operator class: lists of everything."""


class Numbering(StrEnum):
    """Which columns the database can number (`autoincrement()`)."""

    ANY = "any"
    ONLY_ID = "the id"
    ONE_LEADING_A_KEY = "one field that begins a key"


class Constraint(StrEnum):
    """What has a name of its own in the database."""

    ID = "primary key"
    KEY = "index"
    FOREIGN_KEY = "foreign key"


@dataclass(frozen=True, slots=True)
class NameScope:
    """Constraints whose names differ: within each table, or within each schema of the database.

    Only those in `judged` are found guilty of a name that is taken.
    """

    constraints: frozenset[Constraint]
    judged: frozenset[Constraint]
    table: bool = False


class Power(StrEnum):
    """What annotations may ask of a database, and not every one has."""

    INDEX_INCLUDES = "indexes carry columns along"
    NULLS_ORDER = "indexes place nulls first or last"
    NULLS_NOT_DISTINCT = "nulls can be equal to each other"
    COMMENTS = "comments are kept"
    COMPUTED_AT_READING = "every version computes columns at each reading"


@dataclass(frozen=True, slots=True)
class Provider:
    """One database as the rule book sees it. The folder of each dialect holds it; the language never asks for a name."""

    name: str
    """The word in `provider = "…"`."""
    title: str
    """What people call it."""
    natives: Mapping[str, Native]
    methods: Mapping[str, IndexMethod]
    lists: frozenset[Scalar] = frozenset()
    """The scalars of which a column can hold a list; with any, it also can of an enum."""
    namespaces: bool = False
    """True when tables live in named schemas (`@@schema`)."""
    extensions: bool = False
    """True when the datasource may list extensions."""
    flags: frozenset[str] = frozenset()
    """Preview features that Prisma has for this database only."""
    numbering: Numbering = Numbering.ANY
    numbered: frozenset[Scalar] = frozenset({Scalar.INT, Scalar.BIGINT})
    """The scalars that the database can number."""
    sequences: bool = False
    """True when `sequence()` is a default."""
    actions: frozenset[ReferentialAction] = frozenset(ReferentialAction)
    """What a foreign key may do."""
    emulated: frozenset[ReferentialAction] = frozenset(
        {ReferentialAction.CASCADE, ReferentialAction.RESTRICT, ReferentialAction.SET_NULL}
    )
    """What may be done without foreign keys (`relationMode = "prisma"`)."""
    doubtful: Mapping[ReferentialAction, str] = field(default_factory=dict[ReferentialAction, str])
    """Actions that are accepted and do not do what they say, with the reason."""
    refuses_set_null_on_required: bool = False
    """True when SetNull on a foreign key that cannot be null is an error and no mere warning."""
    named: frozenset[Constraint] = frozenset(Constraint)
    """What may be given a name (`map:`)."""
    name_limit: int | None = None
    """The longest name that the database keeps, in bytes of UTF-8."""
    scopes: tuple[NameScope, ...] = ()
    fulltext: bool = False
    """True when there is `@@fulltext`."""
    prefixes: bool = False
    """True when a key may hold a prefix of a column (`length:`)."""
    shards: bool = False
    """True when the rows of a table may be spread by a shard key."""
    partial: bool = True
    """True when an index may have a condition (`where:`)."""
    powers: frozenset[Power] = frozenset()
    """What it has of what annotations may ask for."""
