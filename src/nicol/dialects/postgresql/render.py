"""How PostgreSQL spells statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from nicol.dialects.postgresql.lists import list_text
from nicol.sql.expressions import Slots, escaped
from nicol.sql.quoting import quote
from nicol.sql.renderer import Renderer
from nicol.sql.tree import (
    AsText,
    Bucket,
    Compare,
    Exact,
    ExactArithmetic,
    Expression,
    Extreme,
    Fold,
    InColumn,
    InList,
    InRows,
    JsonChange,
    JsonTest,
    JsonText,
    Like,
    ListPush,
    Lists,
    ListTest,
    Param,
    Placed,
    RowLock,
    Tested,
    Total,
)

_FINE = "1." + "0" * 50
"""A factor that gives a quotient so many digits: PostgreSQL divides to sixteen, which are rounded to thirty here."""

_UNORDERED = frozenset({"UUID", "XML", "BIT", "VARBIT"})
"""Types that are compared as text."""

_WORDLESS = _UNORDERED | {"INET", "BPCHAR"}
"""Types that know no LIKE and no case, or look for the blanks at their end."""


class PostgresRenderer(Renderer):
    """PostgreSQL. The server infers a parameter's type; lists say theirs, since items are not compared across types."""

    nulls_are_low = False
    has_lateral = True
    takes_lists = True
    # https://www.postgresql.org/docs/current/ddl-system-columns.html: a row that was there has been locked by its updater
    new_mark = "xmax = 0"

    def lock(self, node: RowLock) -> str:
        """A lock on rows, of the strength that is asked for (https://www.postgresql.org/docs/current/explicit-locking.html)."""
        wait = {None: "", "skip": " SKIP LOCKED", "nowait": " NOWAIT"}[node.wait]
        return f"FOR {node.mode.replace('_', ' ').upper()} OF {quote(node.of)}{wait}"

    def param(self, node: Param, slots: Slots) -> str:
        """A placeholder with its number."""
        return f"${slots.number(node.slot)}"

    def array(self, node: Param, slots: Slots) -> str:
        """An array with the type of its items."""
        text = self.param(node, slots)
        return f"{text}::{node.cast}[]" if node.cast else text

    def tested(self, node: Tested, slots: Slots) -> str:
        """A condition as it is, or what no index is taken for and is thought to hold for every second row.

        Without statistics it would hold for one in 200, whose index, or whose rows, are then gone through again and again.
        """
        of = self.expression(node.of, slots)
        return f"COALESCE({of}, FALSE)" if node.again else of

    def compare(self, node: Compare, slots: Slots) -> str:
        """A comparison; numbers are asked about money as numbers, since as money they would lose digits."""
        if _is_money(node.left) and isinstance(node.right, Param):
            left, right = self.expression(node.left, slots), self.expression(node.right, slots)
            return f"{left}::numeric {node.operator} {right}"
        return super().compare(node, slots)

    def in_list(self, node: InList, slots: Slots) -> str:
        """One of an array."""
        operator = "<> ALL" if node.negated else "= ANY"
        of = self.expression(node.of, slots)
        if _is_money(node.of):
            return f"{of}::numeric {operator}({self.param(node.items, slots)}::numeric[])"
        items = self.array(node.items, slots)
        return _among_folded(of, operator, items) if node.fold else f"{of} {operator}({items})"

    def in_column(self, node: InColumn, slots: Slots) -> str:
        """One of an array."""
        operator = "<> ALL" if node.negated else "= ANY"
        of, items = self.expression(node.of, slots), self.expression(node.list, slots)
        return _among_folded(of, operator, items) if node.fold else f"{of} {operator}({items})"

    def in_rows(self, node: InRows, slots: Slots) -> str:
        """One row of several arrays."""
        arrays = ", ".join(self.array(item, slots) for item in node.lists)
        of = ", ".join(self.expression(item, slots) for item in node.of)
        return f"({of}) IN (SELECT * FROM unnest({arrays}))"

    def lists(self, node: Lists, slots: Slots) -> str:
        """Arrays unfolded side by side; lists of lists cross as the texts of arrays, since `unnest` would unfold those too."""
        names = [quote(name) for name in node.names]
        arrays = [
            f"{self.param(item, slots)}::text[]" if nested else self.array(item, slots)
            for item, nested in zip(node.lists, node.nested, strict=True)
        ]
        numbered, number = (" WITH ORDINALITY", [quote(node.ordinal)]) if node.ordinal else ("", [])
        alias = quote(node.alias)
        unfolded = f"unnest({', '.join(arrays)}){numbered} AS {alias}({', '.join([*names, *number])})"
        if not any(node.nested):
            return unfolded
        columns = [
            f"{name}::{item.cast}[] AS {name}" if nested else name
            for name, item, nested in zip(names, node.lists, node.nested, strict=True)
        ]
        return f"(SELECT {', '.join([*columns, *number])} FROM {unfolded}) AS {alias}"

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

    def placed(self, node: Placed, slots: Slots) -> str:
        """Texts that are no patterns: an escape character in them means itself."""
        of, text = self.expression(node.of, slots), self.expression(node.text, slots)
        if node.fold:
            of, text = f"lower({of})", f"lower({text})"
        match node.place:
            case "contains":
                return f"position({text} in {of}) > 0"
            case "startswith":
                return f"starts_with({of}, {text})"
            case "endswith":
                return f"right({of}, length({text})) = {text}"

    def fold(self, node: Fold, slots: Slots) -> str:
        """Lower case."""
        return f"lower({self.expression(node.of, slots)})"

    def as_text(self, node: AsText, slots: Slots) -> str:
        """The text of a value that is none."""
        return f"{self.expression(node.of, slots)}{'::text' if node.cast in _WORDLESS else ''}"

    def exact_arithmetic(self, node: ExactArithmetic, slots: Slots) -> str:
        """A calculation with exact decimals; money is calculated with as a number."""
        if node.cast != "MONEY":
            return super().exact_arithmetic(node, slots)
        left, right = self.expression(node.left, slots), self.expression(node.right, slots)
        return f"{left}::numeric {node.operator} {right}"

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

    def json_text(self, node: JsonText, slots: Slots) -> str:
        """The text at a path, where there is a text."""
        of = f"{self.expression(node.of, slots)}::jsonb"
        path = f"{self.param(node.path, slots)}::text[]" if node.path else "'{}'"
        return f"CASE WHEN jsonb_typeof({of} #> {path}) = 'string' THEN {of} #>> {path} END"

    def json_test(self, node: JsonTest, slots: Slots) -> str:
        """Compared as jsonb, which has one spelling for each value."""
        of = f"{self.expression(node.of, slots)}::jsonb"
        if node.path is not None:
            of = f"({of} #> {self.param(node.path, slots)}::text[])"
        value = "" if node.value is None else f"{self.param(node.value, slots)}::jsonb"
        array = f"jsonb_typeof({of}) = 'array'"
        match node.test:
            case "equals":
                return f"{of} = {value}"
            case "missing":
                return f"{of} IS NULL"
            case "has" if node.searched:
                return f"({of} @> {value} AND {array})"
            case "has":
                return f"CASE WHEN {array} THEN {of} @> {value} END"
            case "first" | "last" as end:
                return f"CASE WHEN {array} THEN {of} -> {0 if end == 'first' else -1} = {value} END"
            case order:
                return f"CASE WHEN jsonb_typeof({of}) = jsonb_typeof({value}) THEN {of} {order} {value} END"

    def json_change(self, node: JsonChange, slots: Slots) -> str:
        """Operators of jsonb; `jsonb_set` makes nothing on the way, so that a value is set from the end of the path upwards."""
        of, change = (
            f"{self.expression(node.of, slots)}::jsonb",
            f"{self.expression(node.change, slots)}::jsonb",
        )
        path = f"ARRAY(SELECT jsonb_array_elements_text({change} -> 'path'))"
        match node.operator:
            case "merge":
                return f"CASE jsonb_typeof({of}) WHEN 'object' THEN {of} ELSE '{{}}'::jsonb END || {change}"
            case "remove":
                return (
                    f"CASE WHEN jsonb_typeof({of}) IN ('object', 'array') THEN {of} #- {path} ELSE {of} END"
                )
            case "set":
                return _set_upwards(of, change, path)

    def list_test(self, node: ListTest, slots: Slots) -> str:
        """A question to an array."""
        of = self.expression(node.of, slots)
        if node.value is None:
            return f"coalesce(cardinality({of}), 0) = 0"
        operator = {"equals": "=", "has_every": "@>", "has_some": "&&", "is_empty": "="}[node.test]
        value = node.value
        return f"{of} {operator} {self.array(value, slots) if isinstance(value, Param) else self.expression(value, slots)}"

    def list_push(self, node: ListPush, slots: Slots) -> str:
        """Two arrays put together."""
        items = node.items
        more = self.array(items, slots) if isinstance(items, Param) else self.expression(items, slots)
        return f"{self.expression(node.of, slots)} || {more}"

    def pack(self, items: Sequence[Any]) -> str:
        """An array, as text."""
        return list_text(items)


def _is_money(node: Expression) -> bool:
    return isinstance(node, Exact) and node.cast == "MONEY"


def _among_folded(of: str, operator: str, items: str) -> str:
    """A text in lower case among texts of any case."""
    return f"lower({of}) {operator}(SELECT lower(item::text) FROM unnest({items}) AS item)"


def _set_upwards(of: str, change: str, path: str) -> str:
    """The value at the end of a path, then what holds it, and so on to the document."""
    there, key = f"({of} #> ({path})[1:n - 1])", f"({change} -> 'path' ->> n - 1)"
    holder = (
        f"CASE jsonb_typeof({there}) WHEN 'object' THEN {there} || jsonb_build_object({key}, v) "
        f"WHEN 'array' THEN jsonb_set({there}, ARRAY[{key}], v) ELSE jsonb_build_object({key}, v) END"
    )
    first = f"SELECT jsonb_array_length({change} -> 'path'), {change} -> 'value'"
    then = f'SELECT n - 1, {holder} FROM "#up" WHERE n > 0'
    walk = f'WITH RECURSIVE "#up"(n, v) AS ({first} UNION ALL {then})'
    return f'({walk} SELECT v FROM "#up" WHERE n = 0)'


RENDERER = PostgresRenderer()
"""For every project."""
