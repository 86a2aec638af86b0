"""Makes the schema's values of annotations. Lenient: what the rules refuse is left out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from nicol.diagnostics import Span
from nicol.schema.annotations.place import BoundAnnotation
from nicol.schema.document import (
    Comment,
    Constant,
    Expression,
    ListExpression,
    NumberLiteral,
    ObjectExpression,
    StringLiteral,
)
from nicol.schema.schema import (
    Audit,
    Check,
    Encryption,
    EncryptionMode,
    Generated,
    Index,
    JsonType,
    NullsOrder,
    Reminder,
    Retention,
)

NOT_DISTINCT = "NotDistinct"
AHEAD = 14
"""Days before a time from which on one is reminded, where nobody says otherwise."""

Held = tuple[BoundAnnotation, ...]
"""The annotations of one declaration."""


def renamed_from(held: Held) -> str | None:
    """The former name that `renamed` gives."""
    return _string(held, "renamed", "from")


def comment(held: Held) -> str | None:
    """The text that `comment` gives."""
    return _string(held, "comment", "text")


def checks(held: Held, field: str | None = None) -> Iterator[Check]:
    """The conditions that a model, or one of its fields, has."""
    for each in _all(held, "check"):
        sql = text_of(each.arguments.get("sql"))
        if sql is not None:
            yield Check(sql, text_of(each.arguments.get("name")), field)


def generated(held: Held) -> Generated | None:
    """How `generated` says that the database computes a field."""
    each = _one(held, "generated")
    sql = text_of(each.arguments.get("sql")) if each else None
    return None if each is None or sql is None else Generated(sql, flag(each, "stored", otherwise=True))


def encryption(held: Held) -> Encryption | None:
    """How `encrypted` says that a field is kept."""
    each = _one(held, "encrypted")
    if each is None:
        return None
    mode = word_of(each.arguments.get("mode")) or EncryptionMode.RANDOM
    known = mode if mode in set(EncryptionMode) else EncryptionMode.RANDOM
    return Encryption(
        EncryptionMode(known),
        word_of(each.arguments.get("blindIndex")),
        tuple(word.name for word in words_of(each.arguments.get("row"))),
        text_of(each.arguments.get("name")),
    )


def json_type(held: Held) -> JsonType | None:
    """The type that `json` gives."""
    each = _one(held, "json")
    path = word_of(each.arguments.get("type")) if each else None
    module, _, name = (path or "").rpartition(".")
    return JsonType(module, name) if module and name else None


def retention(held: Held) -> Retention | None:
    """How long `retain` keeps rows."""
    each = _one(held, "retain")
    if each is None:
        return None
    days, by = _days(each, "days"), word_of(each.arguments.get("by"))
    return None if days is None or by is None else Retention(days, by, word_of(each.arguments.get("unless")))


def reminder(held: Held) -> Reminder | None:
    """When `remind` tells of rows."""
    each = _one(held, "remind")
    at = word_of(each.arguments.get("at")) if each else None
    if each is None or at is None:
        return None
    name, unless = (word_of(each.arguments.get(argument)) for argument in ("name", "unless"))
    return Reminder(at, name, _days(each, "ahead") or AHEAD, unless)


def audit(held: Held) -> Audit | None:
    """How `audit` says that changes are recorded."""
    each = _one(held, "audit")
    if each is None:
        return None
    return Audit(_names(each, "only"), _names(each, "except"), flag(each, "chain", otherwise=False))


def _names(annotation: BoundAnnotation, argument: str) -> tuple[str, ...]:
    return tuple(item.name for item in words_of(annotation.arguments.get(argument)))


def expression_indexes(held: Held) -> Iterator[Index]:
    """The indexes on expressions that a model has."""
    for each in _all(held, "index"):
        expressions = texts_of(each.arguments.get("expression"))
        if expressions:
            yield Index(
                (),
                text_of(each.arguments.get("map")),
                word_of(each.arguments.get("type")),
                text_of(each.arguments.get("where")),
                included(each),
                expressions,
                flag(each, "unique", otherwise=False),
                nulls_distinct((each,)),
            )


def include(held: Held) -> tuple[str, ...]:
    """The fields that the annotations above an index make it carry."""
    return tuple(name for each in _all(held, "index") for name in included(each))


def included(annotation: BoundAnnotation) -> tuple[str, ...]:
    """The fields that one `index` annotation names in `include`."""
    return _names(annotation, "include")


def nulls_distinct(held: Held) -> bool:
    """False where an annotation says that missing values are equal to each other."""
    return all(word_of(each.arguments.get("nulls")) != NOT_DISTINCT for each in _all(held, "index"))


_ORDERS = {order.value: order for order in NullsOrder}


def nulls_order(held: Held, field: str) -> NullsOrder | None:
    """Where an index puts the rows in which a field of it has no value."""
    for each in _all(held, "index"):
        nulls = each.arguments.get("nulls")
        if isinstance(nulls, ObjectExpression):
            found = [entry.value for entry in nulls.entries if entry.name and entry.name.text == field]
            nulls = found[0] if found else None
        if (order := _ORDERS.get(word_of(nulls) or "")) is not None:
            return order
    return None


def prose(comments: tuple[Comment, ...], held: Held) -> str | None:
    """The text of `///` comments as their reader wants it: without marks and without annotations; None where none is left."""
    lines: list[str] = []
    spans = sorted((each.syntax.span for each in held), key=lambda span: span.start)
    for each in comments:
        if each.documentation:
            first = bisect_left(spans, each.span.start, key=lambda span: span.start)
            behind = bisect_left(spans, each.span.end, key=lambda span: span.start)
            line = _without(each, spans[first:behind])
            if line is not None:
                lines.append(line)
    return "\n".join(lines) if lines else None


def _without(comment: Comment, spans: list[Span]) -> str | None:
    """One comment without the annotations in it; None when it held nothing else."""
    if not spans:
        return comment.text[3:].lstrip()
    pieces: list[str] = []
    at = comment.span.start + 3
    for start, end in [*((span.start, span.end) for span in spans), (comment.span.end, comment.span.end)]:
        piece = comment.text[at - comment.span.start : start - comment.span.start]
        pieces.append((piece.lstrip(" \t,;:") if pieces else piece).strip())
        at = end
    return " ".join(filter(None, pieces)) or None


# ---- arguments -------------------------------------------------------------------------------------------------------


def _all(held: Held, name: str) -> Iterator[BoundAnnotation]:
    return (
        each
        for each in held
        if each.name == name and each.signature and each.holder.place in each.signature.places
    )


def _one(held: Held, name: str) -> BoundAnnotation | None:
    return next(_all(held, name), None)


def _days(annotation: BoundAnnotation, argument: str) -> int | None:
    given = annotation.arguments.get(argument)
    return int(given.text) if isinstance(given, NumberLiteral) and given.text.isdigit() else None


def _string(held: Held, name: str, argument: str) -> str | None:
    each = _one(held, name)
    return text_of(each.arguments.get(argument)) if each else None


def text_of(expression: Expression | None) -> str | None:
    """The value of a text in quotes."""
    return expression.value if isinstance(expression, StringLiteral) else None


def word_of(expression: Expression | None) -> str | None:
    """A bare word."""
    return expression.name if isinstance(expression, Constant) else None


def items_of(expression: Expression | None) -> tuple[Expression, ...]:
    """The items of a list; one value stands for a list of it."""
    if isinstance(expression, ListExpression):
        return expression.items
    return () if expression is None else (expression,)


def words_of(expression: Expression | None) -> tuple[Constant, ...]:
    """The bare words of a list."""
    return tuple(item for item in items_of(expression) if isinstance(item, Constant))


def texts_of(expression: Expression | None) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(item.value for item in items_of(expression) if isinstance(item, StringLiteral))


def flag(annotation: BoundAnnotation, argument: str, *, otherwise: bool) -> bool:
    """The value of a true-or-false argument; `otherwise` where it is not given."""
    word = word_of(annotation.arguments.get(argument))
    return otherwise if word is None else word == "true"
