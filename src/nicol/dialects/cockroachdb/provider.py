"""CockroachDB as the rule book sees it (https://www.cockroachlabs.com/docs/stable/data-types)."""

from __future__ import annotations

from nicol.schema.provider import Constraint, IndexMethod, Limits, NameScope, Native, Power, Provider
from nicol.schema.schema import ReferentialAction, Scalar

_LENGTH: Limits = ((1, None),)
_TIME: Limits = ((0, 6),)

_NATIVES = (
    Native("Bit", (Scalar.STRING,), _LENGTH),
    Native("Bool", (Scalar.BOOLEAN,)),
    Native("Bytes", (Scalar.BYTES,)),
    Native("Char", (Scalar.STRING,), ((0, None),)),
    Native("Date", (Scalar.DATETIME,)),
    Native("Decimal", (Scalar.DECIMAL,), ((1, 1000), (0, 1000))),
    Native("Float4", (Scalar.FLOAT,)),
    Native("Float8", (Scalar.FLOAT,)),
    Native("Inet", (Scalar.STRING,)),
    Native("Int2", (Scalar.INT,)),
    Native("Int4", (Scalar.INT,)),
    Native("Int8", (Scalar.BIGINT,)),
    Native("JsonB", (Scalar.JSON,)),
    Native("Oid", (Scalar.INT,)),
    Native("CatalogSingleChar", (Scalar.STRING,)),
    Native("String", (Scalar.STRING,), ((0, None),)),
    Native("Time", (Scalar.DATETIME,), _TIME),
    Native("Timestamp", (Scalar.DATETIME,), _TIME),
    Native("Timestamptz", (Scalar.DATETIME,), _TIME),
    Native("Timetz", (Scalar.DATETIME,), _TIME),
    Native("Uuid", (Scalar.STRING,)),
    Native("VarBit", (Scalar.STRING,), _LENGTH),
)

_METHODS = (
    IndexMethod("BTree", classes=None),
    IndexMethod("Gin", suits=frozenset({"Json", "@JsonB"}), lists=True, raw_classes=False),
)

PROVIDER = Provider(
    name="cockroachdb",
    title="CockroachDB",
    natives={native.name: native for native in _NATIVES},
    methods={method.name: method for method in _METHODS},
    lists=frozenset(Scalar) - {Scalar.JSON},
    namespaces=True,
    numbered=frozenset({Scalar.BIGINT}),
    sequences=True,
    emulated=frozenset(ReferentialAction) - {ReferentialAction.SET_DEFAULT},
    refuses_set_null_on_required=True,
    name_limit=63,
    powers=frozenset({Power.INDEX_INCLUDES, Power.COMMENTS, Power.COMPUTED_AT_READING}),
    scopes=(
        NameScope(
            frozenset(Constraint),
            frozenset({Constraint.ID, Constraint.FOREIGN_KEY}),
            table=True,
        ),
    ),
)


def provider(*, portable: bool) -> Provider:  # noqa: ARG001
    """What the language asks of CockroachDB."""
    return PROVIDER
