"""Native types on SQLite, which has none itself: those of PostgreSQL, where it stands in for that."""

from __future__ import annotations

from nicol.schema.schema import Scalar

PORTABLE_NATIVE: dict[str, Scalar] = {
    **dict.fromkeys(
        ("Text", "VarChar", "Char", "Bit", "VarBit", "Uuid", "Xml", "Inet", "Citext"), Scalar.STRING
    ),
    **dict.fromkeys(("Integer", "SmallInt", "Oid"), Scalar.INT),
    **dict.fromkeys(("Decimal", "Money"), Scalar.DECIMAL),
    **dict.fromkeys(("Real", "DoublePrecision"), Scalar.FLOAT),
    **dict.fromkeys(("Timestamp", "Timestamptz", "Date", "Time", "Timetz"), Scalar.DATETIME),
    **dict.fromkeys(("Json", "JsonB"), Scalar.JSON),
    "BigInt": Scalar.BIGINT,
    "Boolean": Scalar.BOOLEAN,
    "ByteA": Scalar.BYTES,
}
"""The native types of PostgreSQL that a portable project may use, with the scalars they suit."""
