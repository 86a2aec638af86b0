"""PostgreSQL as the rule book sees it: native types, index methods with their operator classes, scopes of names."""

from __future__ import annotations

from nicol.dialects.postgresql.natives import NATIVE_TYPES, NativeSpec
from nicol.schema.provider import (
    ANY_LIST,
    Constraint,
    IndexMethod,
    KeyKind,
    NameScope,
    Native,
    Power,
    Provider,
)
from nicol.schema.schema import Scalar


def _native(spec: NativeSpec) -> Native:
    barred = frozenset[KeyKind]() if spec.indexable else frozenset(KeyKind) - {KeyKind.ID}
    return Native(spec.name, (spec.scalar,), spec.limits, capacity=spec.capacity, barred=barred)


# Which columns an operator class takes stands in the chapters on index types: https://www.postgresql.org/docs/current/indexes.html
_INET = frozenset({"@Inet"})
_JSONB = frozenset({"Json", "@JsonB"})
_BLOOM, _MIN_MAX, _MULTI = "BloomOps", "MinMaxOps", "MinMaxMultiOps"

_BRIN: tuple[tuple[str, frozenset[str], tuple[str, ...]], ...] = (
    ("Bit", frozenset({"@Bit"}), (_MIN_MAX,)),
    ("VarBit", frozenset({"@VarBit"}), (_MIN_MAX,)),
    ("Bpchar", frozenset({"@Char"}), (_BLOOM, _MIN_MAX)),
    ("Bytea", frozenset({"Bytes", "@ByteA"}), (_BLOOM, _MIN_MAX)),
    ("Date", frozenset({"@Date"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Float4", frozenset({"@Real"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Float8", frozenset({"Float", "@DoublePrecision"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Inet", _INET, (_BLOOM, _MIN_MAX, _MULTI, "InclusionOps")),
    ("Int2", frozenset({"@SmallInt"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Int4", frozenset({"Int", "@Integer"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Int8", frozenset({"BigInt", "@BigInt"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Numeric", frozenset({"Decimal", "@Decimal"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Oid", frozenset({"@Oid"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Text", frozenset({"String", "@Text", "@VarChar"}), (_BLOOM, _MIN_MAX)),
    ("Timestamp", frozenset({"DateTime", "@Timestamp"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("TimestampTz", frozenset({"@Timestamptz"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Time", frozenset({"@Time"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("TimeTz", frozenset({"@Timetz"}), (_BLOOM, _MIN_MAX, _MULTI)),
    ("Uuid", frozenset({"@Uuid"}), (_BLOOM, _MIN_MAX, _MULTI)),
)

_METHODS = (
    IndexMethod("BTree"),
    IndexMethod("Hash", sorts=False),
    IndexMethod("Gist", suits=frozenset({"String"}), classes={"InetOps": _INET}),
    IndexMethod(
        "Gin",
        suits=_JSONB,
        lists=True,
        classes={"JsonbOps": _JSONB, "JsonbPathOps": _JSONB, "ArrayOps": frozenset({ANY_LIST})},
    ),
    IndexMethod(
        "SpGist",
        suits=frozenset({"String", "@Text", "@VarChar", "@Char", "@Inet"}),
        classes={"InetOps": _INET, "TextOps": frozenset({"String", "@Text", "@VarChar", "@Char"})},
    ),
    IndexMethod(
        "Brin",
        suits=frozenset(column for _, columns, _ in _BRIN for column in columns),
        classes={f"{word}{family}": columns for word, columns, families in _BRIN for family in families},
    ),
)

PROVIDER = Provider(
    name="postgresql",
    title="PostgreSQL",
    natives={spec.name: _native(spec) for spec in NATIVE_TYPES},
    methods={method.name: method for method in _METHODS},
    lists=frozenset(Scalar),
    namespaces=True,
    extensions=True,
    flags=frozenset({"fullTextSearchPostgres"}),
    name_limit=63,
    powers=frozenset(Power) - {Power.COMPUTED_AT_READING},
    scopes=(
        NameScope(
            frozenset({Constraint.ID, Constraint.KEY}),
            frozenset({Constraint.ID, Constraint.KEY}),
        ),
        NameScope(
            frozenset(Constraint),
            frozenset({Constraint.ID, Constraint.FOREIGN_KEY}),
            table=True,
        ),
    ),
)


def provider(*, portable: bool) -> Provider:  # noqa: ARG001
    """What the language asks of PostgreSQL: the same in every project."""
    return PROVIDER
