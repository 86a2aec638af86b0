"""How PostgreSQL spells statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from nicol.sql.renderer import Renderer, Slots, escaped
from nicol.sql.tree import (
    Bucket,
    Extreme,
    Fold,
    InList,
    InRows,
    JsonEquals,
    Like,
    ListPush,
    ListTest,
    Param,
    Total,
)

_FINE = "1." + "0" * 50
"""A factor that gives a quotient so many digits: PostgreSQL divides to sixteen, which are rounded to thirty here."""

_UNORDERED = frozenset({"UUID", "XML", "BIT", "VARBIT"})
"""Types that are compared as text."""


class PostgresRenderer(Renderer):
    """PostgreSQL. The server infers a parameter's type; lists say theirs, since items are not compared across types."""

    nulls_are_low = False
    has_lateral = True
    inserts_lists = True

    def param(self, node: Param, slots: Slots) -> str:
        """A placeholder with its number."""
        return f"${slots.number(node.slot)}"

    def array(self, node: Param, slots: Slots) -> str:
        """An array with the type of its items."""
        text = self.param(node, slots)
        return f"{text}::{node.cast}[]" if node.cast else text

    def in_list(self, node: InList, slots: Slots) -> str:
        """One of an array."""
        operator = "<> ALL" if node.negated else "= ANY"
        return f"{self.expression(node.of, slots)} {operator}({self.array(node.items, slots)})"

    def in_rows(self, node: InRows, slots: Slots) -> str:
        """One row of several arrays."""
        arrays = ", ".join(self.array(item, slots) for item in node.lists)
        of = ", ".join(self.expression(item, slots) for item in node.of)
        return f"({of}) IN (SELECT * FROM unnest({arrays}))"

    def like(self, node: Like, slots: Slots) -> str:
        """LIKE, or ILIKE where case does not matter."""
        word = "ILIKE" if node.insensitive else "LIKE"
        return f"{self.expression(node.of, slots)} {word} {self.param(node.pattern, slots)}"

    def pattern(
        self,
        place: Literal["contains", "startswith", "endswith"],
        text: str,
        *,
        insensitive: bool,  # noqa: ARG002 - ILIKE says it
    ) -> str:
        """The pattern for LIKE, whose escape character is the backslash."""
        plain = escaped(text, "\\%_", "\\")
        return ("" if place == "startswith" else "%") + plain + ("" if place == "endswith" else "%")

    def fold(self, node: Fold, slots: Slots) -> str:
        """Lower case."""
        return f"lower({self.expression(node.of, slots)})"

    def total(self, node: Total, slots: Slots) -> str:
        """A sum or a mean, in the type that the values call for and with as many digits as on every other database."""
        of = self.expression(node.of, slots)
        match node.kind:
            case "bigint" if node.mean:
                return f"(SUM({of}) * {_FINE} / COUNT({of}))::float8"
            case "int" | "bigint":
                total = f"SUM({of}::bigint)" if node.cast == "OID" else f"SUM({of})"
                return f"{total}::float8 / COUNT({of})" if node.mean else f"{total}::bigint"
            case "float":
                return f"{'AVG' if node.mean else 'SUM'}({of}::float8)"
            case "decimal":
                total = f"SUM({of}::numeric)"
                return f"ROUND({total} * {_FINE} / COUNT({of}), 30)" if node.mean else total

    def extreme(self, node: Extreme, slots: Slots) -> str:
        """The least or the greatest value; of some types PostgreSQL knows none before its version 18."""
        if node.cast == "BOOLEAN":
            return f"bool_{'or' if node.greatest else 'and'}({self.expression(node.of, slots)})"
        text = super().extreme(node, slots)
        return f"{text[:-1]}::text)" if node.cast in _UNORDERED else text

    def bucket(self, node: Bucket, slots: Slots) -> str:
        """The beginning of a unit: of the zone's clock for days and longer, of the moment itself for what is shorter."""
        of = self.expression(node.of, slots)
        if node.zone is None:
            return (
                f"date_trunc('{node.unit}', {of} AT TIME ZONE 'UTC')"
                if node.zoned
                else (f"date_trunc('{node.unit}', {of}::timestamp)")
            )
        moment = of if node.zoned else f"{of}::timestamp AT TIME ZONE 'UTC'"
        zone = f"{self.param(node.zone, slots)}::text"
        if node.unit in ("second", "minute", "hour"):
            return f"date_trunc('{node.unit}', {moment}, {zone}) AT TIME ZONE 'UTC'"
        return f"date_trunc('{node.unit}', ({moment}) AT TIME ZONE {zone})"

    def json_equals(self, node: JsonEquals, slots: Slots) -> str:
        """Compared as jsonb, which has one spelling for each value."""
        return f"{self.expression(node.of, slots)}::jsonb = {self.param(node.value, slots)}::jsonb"

    def list_test(self, node: ListTest, slots: Slots) -> str:
        """A question to an array."""
        of = self.expression(node.of, slots)
        if node.value is None:
            return f"coalesce(cardinality({of}), 0) = 0"
        operator = {"equals": "=", "has_every": "@>", "has_some": "&&", "is_empty": "="}[node.test]
        return f"{of} {operator} {self.array(node.value, slots)}"

    def list_push(self, node: ListPush, slots: Slots) -> str:
        """Two arrays put together."""
        return f"{self.expression(node.of, slots)} || {self.array(node.items, slots)}"

    def pack(self, items: Sequence[Any]) -> list[Any]:
        """An array."""
        return list(items)


RENDERER = PostgresRenderer()
"""For every project."""
