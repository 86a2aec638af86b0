"""What annotations there are: where each may stand and what it takes. Rules, completion and the reference read this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SPACE = "nicol"
"""The name before the dot: `@nicol.audit`."""


class Place(StrEnum):
    """What a `///` comment stands on, in the words that findings use."""

    MODEL = "a model"
    VIEW = "a view"
    FIELD = "a field"
    RELATION = "a relation field"
    ENUM = "an enum"
    VALUE = "a value of an enum"
    KEY = "@@index or @@unique"
    ATTRIBUTE = "this block attribute"
    TYPE = "a composite type"
    SETTINGS = "a setting"


class ParameterKind(StrEnum):
    """What an argument may be, in the words that findings use."""

    SQL = "SQL in quotes"
    SQLS = "SQL in quotes, or a list of such"
    TEXT = "a text in quotes"
    DAYS = "a whole number of days, at least 1"
    FLAG = "true or false"
    WORD = "a word"
    FIELD = "the name of a field"
    FIELDS = "a list of field names"
    TYPE = "a Python type with its module"
    NULLS = "First, Last, NotDistinct, or a place for each field"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of an annotation. `words`: what a WORD may be; `places`: where it may be given, None for everywhere."""

    kind: ParameterKind
    about: str
    example: str
    required: bool = False
    words: tuple[str, ...] = ()
    places: frozenset[Place] | None = None

    def stands_on(self, place: Place) -> bool:
        """True when it may be given there."""
        return self.places is None or place in self.places


@dataclass(frozen=True, slots=True)
class AnnotationSignature:
    """One annotation: what it is for, where it may stand, its arguments by name, and the one that needs no name.

    `repeatable`: where it may be given several times.
    """

    about: str
    places: frozenset[Place]
    parameters: Mapping[str, Parameter]
    unnamed: str | None = None
    repeatable: frozenset[Place] = frozenset()

    def parameters_on(self, place: Place) -> Mapping[str, Parameter]:
        """The arguments that it takes there."""
        return {name: each for name, each in self.parameters.items() if each.stands_on(place)}


_MODEL = frozenset({Place.MODEL})
_FIELD = frozenset({Place.FIELD})

ANNOTATIONS: Mapping[str, AnnotationSignature] = {
    "renamed": AnnotationSignature(
        "The name that the database knew this by: a migration renames it and keeps its data.",
        frozenset({Place.MODEL, Place.FIELD, Place.ENUM, Place.VALUE}),
        {
            "from": Parameter(
                ParameterKind.TEXT, "the former name in the database", '"old_name"', required=True
            )
        },
    ),
    "check": AnnotationSignature(
        "A condition that every row fulfils.",
        frozenset({Place.MODEL, Place.FIELD}),
        {
            "sql": Parameter(
                ParameterKind.SQL, "the condition, in the database's names", '"price > 0"', required=True
            ),
            "name": Parameter(
                ParameterKind.TEXT, "the constraint's name in the database", '"positive_price"'
            ),
        },
        unnamed="sql",
        repeatable=frozenset({Place.MODEL, Place.FIELD}),
    ),
    "generated": AnnotationSignature(
        "A column that the database computes.",
        _FIELD,
        {
            "sql": Parameter(
                ParameterKind.SQL, "the value, in the database's names", '"price * amount"', required=True
            ),
            "stored": Parameter(
                ParameterKind.FLAG, "false: computed at each reading instead of kept", "false"
            ),
        },
        unnamed="sql",
    ),
    "json": AnnotationSignature(
        "The Python type of a Json field.",
        _FIELD,
        {
            "type": Parameter(
                ParameterKind.TYPE, "the type, with its module", "shop.types.Address", required=True
            )
        },
        unnamed="type",
    ),
    "encrypted": AnnotationSignature(
        "A value that is encrypted before it reaches the database.",
        _FIELD,
        {
            "mode": Parameter(
                ParameterKind.WORD,
                "random: each time anew; deterministic: the same value always alike, so that it can be compared",
                "random",
                words=("random", "deterministic"),
            ),
            "blindIndex": Parameter(
                ParameterKind.FIELD,
                "the field that holds a keyed digest of the value, to search by",
                "digest",
            ),
            "row": Parameter(
                ParameterKind.FIELDS,
                "the fields that tell a value's row, without which it cannot be read; the id where it is not given",
                "[slug]",
            ),
            "name": Parameter(
                ParameterKind.TEXT,
                "what the field is called in its values, after the model or the field got another name",
                '"User.mail"',
            ),
        },
    ),
    "retain": AnnotationSignature(
        "How long rows are kept.",
        _MODEL,
        {
            "days": Parameter(ParameterKind.DAYS, "how long", "90", required=True),
            "by": Parameter(
                ParameterKind.FIELD,
                "the DateTime field that they are counted from",
                "createdAt",
                required=True,
            ),
            "unless": Parameter(
                ParameterKind.FIELD,
                "a Boolean field that is true, or an optional one that has a value, in rows that are kept",
                "legalHold",
            ),
        },
    ),
    "remind": AnnotationSignature(
        "Rows that somebody has to see to by a time that they hold, like secrets that have to be exchanged.",
        _MODEL,
        {
            "at": Parameter(ParameterKind.FIELD, "the DateTime field", "rotateAt", required=True),
            "name": Parameter(ParameterKind.FIELD, "the field that names a row; the id otherwise", "kind"),
            "ahead": Parameter(ParameterKind.DAYS, "how long before it is told; 14 days otherwise", "30"),
            "unless": Parameter(
                ParameterKind.FIELD,
                "a Boolean field that is true, or an optional one that has a value, in rows that nobody need see to",
                "revokedAt",
            ),
        },
    ),
    "audit": AnnotationSignature(
        "Who changed which row, and how, is recorded.",
        _MODEL,
        {
            "except": Parameter(
                ParameterKind.FIELDS, "fields whose values are not recorded", "[passwordHash]"
            ),
            "only": Parameter(
                ParameterKind.FIELDS, "the fields whose changes are recorded; others are none", "[status]"
            ),
            "chain": Parameter(
                ParameterKind.FLAG, "true: each entry carries a hash that covers the one before it", "true"
            ),
        },
    ),
    "index": AnnotationSignature(
        "An index on an expression; above an index, what the language has no word for.",
        frozenset({Place.MODEL, Place.FIELD, Place.KEY}),
        {
            "expression": Parameter(
                ParameterKind.SQLS,
                "what is indexed, in the database's names",
                '"lower(email)"',
                required=True,
                places=_MODEL,
            ),
            "include": Parameter(
                ParameterKind.FIELDS, "fields whose values the index carries along", "[title]"
            ),
            "nulls": Parameter(
                ParameterKind.NULLS,
                "where missing values stand, or NotDistinct: they are equal to each other",
                "NotDistinct",
            ),
            "unique": Parameter(ParameterKind.FLAG, "true: no two rows alike", "true", places=_MODEL),
            "where": Parameter(
                ParameterKind.SQL, "the rows that are indexed", '"deleted_at IS NULL"', places=_MODEL
            ),
            "type": Parameter(ParameterKind.WORD, "the algorithm, as in @@index", "Gin", places=_MODEL),
            "map": Parameter(ParameterKind.TEXT, "its name in the database", '"by_email"', places=_MODEL),
        },
        repeatable=_MODEL,
    ),
    "comment": AnnotationSignature(
        "A text that the database keeps about this.",
        frozenset({Place.MODEL, Place.FIELD, Place.ENUM}),
        {"text": Parameter(ParameterKind.TEXT, "the text", '"in cents"', required=True)},
        unnamed="text",
    ),
}
"""Every annotation by its name."""
