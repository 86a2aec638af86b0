"""How the condition of a partial index reads as SQL. Texts are Prisma's, and the same for every database."""

from __future__ import annotations

from nicol.schema.schema import Comparison, Condition, Model
from nicol.sql.quoting import quote, quote_text


def condition_sql(condition: Condition | None, model: Model) -> str | None:
    """A condition as SQL; one that is SQL already stays as it is."""
    if condition is None or isinstance(condition, str):
        return condition
    return " AND ".join(_comparison(one, model) for one in condition)


def _comparison(one: Comparison, model: Model) -> str:
    column = quote(model.scalar(one.field).mapped)
    if one.value is None:
        return f"{column} IS {'NOT ' if one.negated else ''}NULL"
    value = quote_text(one.value.text) if isinstance(one.value.value, str) else one.value.text
    return f"{column} {'!=' if one.negated else '='} {value}"
