"""MySQL as the rule book sees it (https://dev.mysql.com/doc/refman/8.4/en/data-types.html)."""

from __future__ import annotations

from nicol.schema.provider import (
    Constraint,
    IndexMethod,
    KeyKind,
    Limits,
    NameScope,
    Native,
    Numbering,
    Power,
    Provider,
)
from nicol.schema.schema import ReferentialAction, Scalar

_TIME: Limits = ((0, None),)
_TIME_CAPACITY: Limits = ((0, 6),)
_BY_PREFIX = frozenset({KeyKind.ID, KeyKind.UNIQUE, KeyKind.INDEX})


def _large(name: str, scalar: Scalar) -> Native:
    """A type too large for a key, but by a prefix."""
    return Native(name, (scalar,), barred=_BY_PREFIX, prefixed=True)


_NATIVES = (
    *(
        Native(name, (Scalar.INT,))
        for name in (
            "Int",
            "UnsignedInt",
            "SmallInt",
            "UnsignedSmallInt",
            "MediumInt",
            "UnsignedMediumInt",
            "Year",
        )
    ),
    Native("TinyInt", (Scalar.BOOLEAN, Scalar.INT)),
    Native("UnsignedTinyInt", (Scalar.BOOLEAN, Scalar.INT)),
    Native("BigInt", (Scalar.BIGINT,)),
    Native("UnsignedBigInt", (Scalar.BIGINT,)),
    Native("Decimal", (Scalar.DECIMAL,), ((0, 65), (0, 30))),
    Native("Float", (Scalar.FLOAT,)),
    Native("Double", (Scalar.FLOAT,)),
    Native("Bit", (Scalar.BOOLEAN, Scalar.BYTES), ((1, 64),), needed=True, only={Scalar.BOOLEAN: (1,)}),
    Native("Char", (Scalar.STRING,), ((0, 255),), needed=True),
    Native("VarChar", (Scalar.STRING,), ((0, 65_535),), needed=True),
    Native("Binary", (Scalar.BYTES,), ((0, None),), needed=True, capacity=((0, 255),)),
    Native("VarBinary", (Scalar.BYTES,), ((0, None),), needed=True, capacity=((0, 65_535),)),
    *(_large(name, Scalar.BYTES) for name in ("TinyBlob", "Blob", "MediumBlob", "LongBlob")),
    *(_large(name, Scalar.STRING) for name in ("TinyText", "Text", "MediumText", "LongText")),
    Native("Date", (Scalar.DATETIME,)),
    *(
        Native(name, (Scalar.DATETIME,), _TIME, capacity=_TIME_CAPACITY)
        for name in ("Time", "DateTime", "Timestamp")
    ),
    Native("Json", (Scalar.JSON,)),
)

PROVIDER = Provider(
    name="mysql",
    title="MySQL",
    natives={native.name: native for native in _NATIVES},
    methods={"BTree": IndexMethod("BTree", classes=None)},
    numbering=Numbering.ONE_LEADING_A_KEY,
    emulated=frozenset(ReferentialAction) - {ReferentialAction.SET_DEFAULT},
    doubtful={ReferentialAction.SET_DEFAULT: "its tables refuse SET DEFAULT, or take it for NO ACTION"},
    refuses_set_null_on_required=True,
    named=frozenset({Constraint.KEY, Constraint.FOREIGN_KEY}),
    name_limit=64,
    powers=frozenset({Power.COMMENTS, Power.COMPUTED_AT_READING}),
    scopes=(
        NameScope(frozenset({Constraint.FOREIGN_KEY}), frozenset({Constraint.FOREIGN_KEY})),
        NameScope(frozenset({Constraint.KEY}), frozenset({Constraint.KEY}), table=True),
    ),
    fulltext=True,
    prefixes=True,
    shards=True,
    partial=False,
)


def provider(*, portable: bool) -> Provider:  # noqa: ARG001
    """What the language asks of MySQL."""
    return PROVIDER
