"""PostgreSQL's native types: what `@db.…` may say. A schema is checked with this alone, without a catalog."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.schema.provider import Limits
from nicol.schema.schema import Scalar


@dataclass(frozen=True, slots=True)
class NativeSpec:
    """One native type: the scalar it suits, its SQL word, its name in `pg_type`, and the bounds of its arguments.

    Arguments are given all or none.
    """

    name: str
    scalar: Scalar
    sql: str
    stored: str
    limits: Limits = ()
    capacity: Limits = ()
    """Narrower bounds that the database has and Prisma does not look at."""
    indexable: bool = True
    quoted: bool = True
    """True when a constant of the type stands in quotes."""


_LENGTH: Limits = ((0, None),)
_LENGTH_CAPACITY: Limits = ((1, 10_485_760),)
_BITS: Limits = ((1, None),)
_BITS_CAPACITY: Limits = ((1, 83_886_080),)
_PRECISION: Limits = ((0, 6),)

NATIVE_TYPES: tuple[NativeSpec, ...] = (
    NativeSpec("Text", Scalar.STRING, "TEXT", "text"),
    NativeSpec("VarChar", Scalar.STRING, "VARCHAR", "varchar", _LENGTH, _LENGTH_CAPACITY),
    NativeSpec("Char", Scalar.STRING, "CHAR", "bpchar", _LENGTH, _LENGTH_CAPACITY),
    NativeSpec("Bit", Scalar.STRING, "BIT", "bit", _BITS, _BITS_CAPACITY),
    NativeSpec("VarBit", Scalar.STRING, "VARBIT", "varbit", _BITS, _BITS_CAPACITY),
    NativeSpec("Uuid", Scalar.STRING, "UUID", "uuid"),
    NativeSpec("Xml", Scalar.STRING, "XML", "xml", indexable=False),
    NativeSpec("Inet", Scalar.STRING, "INET", "inet"),
    NativeSpec("Citext", Scalar.STRING, "CITEXT", "citext"),
    NativeSpec("Integer", Scalar.INT, "INTEGER", "int4", quoted=False),
    NativeSpec("SmallInt", Scalar.INT, "SMALLINT", "int2", quoted=False),
    NativeSpec("Oid", Scalar.INT, "OID", "oid", quoted=False),
    NativeSpec("BigInt", Scalar.BIGINT, "BIGINT", "int8", quoted=False),
    NativeSpec("Decimal", Scalar.DECIMAL, "DECIMAL", "numeric", ((1, 1000), (0, 1000)), quoted=False),
    NativeSpec("Money", Scalar.DECIMAL, "MONEY", "money", quoted=False),
    NativeSpec("Real", Scalar.FLOAT, "REAL", "float4", quoted=False),
    NativeSpec("DoublePrecision", Scalar.FLOAT, "DOUBLE PRECISION", "float8", quoted=False),
    NativeSpec("Boolean", Scalar.BOOLEAN, "BOOLEAN", "bool", quoted=False),
    NativeSpec("Timestamp", Scalar.DATETIME, "TIMESTAMP", "timestamp", _PRECISION),
    NativeSpec("Timestamptz", Scalar.DATETIME, "TIMESTAMPTZ", "timestamptz", _PRECISION),
    NativeSpec("Date", Scalar.DATETIME, "DATE", "date"),
    NativeSpec("Time", Scalar.DATETIME, "TIME", "time", _PRECISION),
    NativeSpec("Timetz", Scalar.DATETIME, "TIMETZ", "timetz", _PRECISION),
    NativeSpec("Json", Scalar.JSON, "JSON", "json"),
    NativeSpec("JsonB", Scalar.JSON, "JSONB", "jsonb"),
    NativeSpec("ByteA", Scalar.BYTES, "BYTEA", "bytea"),
)

BY_NAME = {spec.name: spec for spec in NATIVE_TYPES}
BY_STORED = {spec.stored: spec for spec in NATIVE_TYPES}
BY_SQL = {spec.sql: spec for spec in NATIVE_TYPES}
