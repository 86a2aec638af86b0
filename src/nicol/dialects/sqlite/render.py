"""How SQLite spells statements. What it lacks are functions of the driver's: `nicol_lower`, `nicol_json_test` and others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from nicol.dialects.sqlite.lists import beside, list_text
from nicol.sql.expressions import Slots, escaped
from nicol.sql.quoting import quote, quote_text
from nicol.sql.renderer import Renderer
from nicol.sql.tree import (
    Arithmetic,
    Bucket,
    Exact,
    ExactArithmetic,
    Extreme,
    Fold,
    InColumn,
    InList,
    InRows,
    Insert,
    JsonChange,
    JsonTest,
    JsonText,
    Like,
    ListPush,
    Lists,
    ListTest,
    Order,
    Param,
    Placed,
    Ranked,
    Tested,
    Total,
)

_GREATEST = 2**63 - 1
"""The greatest integer that SQLite has."""


class SqliteRenderer(Renderer):
    """SQLite. `portable`: it stands in for PostgreSQL, so that texts are compared by case, and nulls come last."""

    no_limit = "LIMIT -1"
    join_after = "CROSS JOIN"  # keeps the order of loops: https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join

    def __init__(self, *, portable: bool) -> None:
        self.portable = portable

    @property
    def nulls_are_low(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """True where SQLite keeps its own order, in which a null comes before every value."""
        return not self.portable

    def param(self, node: Param, slots: Slots) -> str:
        """A placeholder with its number, so that a value used twice is bound once."""
        return f"?{slots.number(node.slot)}"

    def nulls(self, key: Order) -> str:
        """Nulls as high as PostgreSQL has them, in a portable project."""
        if self.portable and key.nullable and key.nulls is None:
            return " NULLS FIRST" if key.descending else " NULLS LAST"
        return super().nulls(key)

    def insert(self, node: Insert, slots: Slots) -> str:
        """One new row; SQLite has no conflict clause behind DEFAULT VALUES."""
        if node.columns or node.conflict is None:
            return super().insert(node, slots)
        return (
            f"INSERT OR IGNORE INTO {self.table(node.table)} DEFAULT VALUES{self.returning(node.returning)}"
        )

    def tested(self, node: Tested, slots: Slots) -> str:
        """A condition that no index is taken for: https://sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_."""
        return f"+({self.expression(node.of, slots)})"

    def in_list(self, node: InList, slots: Slots) -> str:
        """One of a JSON array, whose bytes are written in hexadecimal."""
        value = "unhex(value)" if node.binary else "value"
        of, items = self.expression(node.of, slots), self.param(node.items, slots)
        return _among(of, items, value, negated=node.negated, fold=node.fold)

    def in_column(self, node: InColumn, slots: Slots) -> str:
        """One of a JSON array; unknown where there is none."""
        of, items = self.expression(node.of, slots), self.expression(node.list, slots)
        return _known(items, _among(of, items, "value", negated=node.negated, fold=node.fold))

    def in_rows(self, node: InRows, slots: Slots) -> str:
        """One row of several JSON arrays of the same length."""
        of = ", ".join(self.expression(item, slots) for item in node.of)
        values, joins = beside([self.param(item, slots) for item in node.lists], node.binary)
        return f"({of}) IN (SELECT {', '.join(values)} FROM {joins})"

    def lists(self, node: Lists, slots: Slots) -> str:
        """JSON arrays of the same length, side by side."""
        values, joins = beside([self.param(item, slots) for item in node.lists], node.binary)
        columns = [f"{value} AS {quote(name)}" for value, name in zip(values, node.names, strict=True)]
        if node.ordinal:
            columns.append(f'"l0".key + 1 AS {quote(node.ordinal)}')
        return f"(SELECT {', '.join(columns)} FROM {joins}) AS {quote(node.alias)}"

    def like(self, node: Like, slots: Slots) -> str:
        """Texts compared as they are; GLOB where an index may find a beginning. A pattern of GLOB has 50,000 bytes at most.

        LIKE, which does not know the case of ASCII, where a Prisma project on SQLite alone expects that.
        """
        of, text = self.expression(node.of, slots), self.param(node.pattern, slots)
        if node.insensitive:
            return _placed(f"nicol_lower({of})", f"nicol_lower({text})", node.place)
        if not self.portable:
            return f"{of} LIKE {text} ESCAPE '\\'"
        return f"{of} GLOB {text}" if node.place == "startswith" else _placed(of, text, node.place)

    def pattern(
        self, place: Literal["contains", "startswith", "endswith"], text: str, *, insensitive: bool
    ) -> str:
        """The text itself, or the pattern for GLOB or LIKE."""
        if insensitive or (self.portable and place != "startswith"):
            return text
        if self.portable:
            return _glob(text) + "*"
        plain = escaped(text, "\\%_", "\\")
        return ("" if place == "startswith" else "%") + plain + ("" if place == "endswith" else "%")

    def placed(self, node: Placed, slots: Slots) -> str:
        """Texts compared as they are; a Prisma project on SQLite alone expects that the case of ASCII does not matter."""
        of, text = self.expression(node.of, slots), self.expression(node.text, slots)
        if node.fold or not self.portable:
            lower = "nicol_lower" if node.fold else "lower"
            of, text = f"{lower}({of})", f"{lower}({text})"
        return _placed(of, text, node.place)

    def fold(self, node: Fold, slots: Slots) -> str:
        """Lower case beyond ASCII."""
        return f"nicol_lower({self.expression(node.of, slots)})"

    def exact(self, node: Exact, slots: Slots) -> str:
        """Decimals that are text in a portable project are compared as numbers."""
        text = self.expression(node.of, slots)
        return f"{text} COLLATE nicol_decimal" if self.portable else text

    def arithmetic(self, node: Arithmetic, slots: Slots) -> str:
        """A calculation; SQLite goes on with floats, or beyond the type, where other databases refuse."""
        if node.real:
            left, right = self.expression(node.left, slots), self.expression(node.right, slots)
            return f"nicol_real('{node.operator}', {left}, {right})"
        text = super().arithmetic(node, slots)
        if node.bounds is None:
            return text
        low, high = node.bounds
        # beyond 64 bits SQLite goes on with a float, which may be equal to the least integer
        fits = f"typeof({text}) = 'integer'" if high == _GREATEST else f"{text} BETWEEN {low} AND {high}"
        return f"CASE WHEN {fits} THEN {text} ELSE nicol_integer({text}, {low}, {high}) END"  # it tells what is wrong

    def ranked(self, node: Ranked, slots: Slots) -> str:
        """The place of a text among others, in a portable project; alone SQLite orders texts as texts."""
        of = self.expression(node.of, slots)
        return f"CASE {of} {_ranks(node.ranks)} END" if self.portable else of

    def exact_arithmetic(self, node: ExactArithmetic, slots: Slots) -> str:
        """Calculation without floats, where decimals are text."""
        if not self.portable:
            return super().exact_arithmetic(node, slots)
        left, right = self.expression(node.left, slots), self.expression(node.right, slots)
        return f"nicol_decimal('{node.operator}', {left}, {right}, {node.precision}, {node.scale})"

    def total(self, node: Total, slots: Slots) -> str:
        """A sum or a mean; integers that may be large and decimals are added without rounding by our own functions."""
        of, word = self.expression(node.of, slots), "mean" if node.mean else "sum"
        match node.kind:
            case "decimal":
                text = f"nicol_{word}_exact({of})"
                return text if self.portable else f"CAST({text} AS NUMERIC)"
            case "bigint":
                return f"nicol_{word}_whole({of})"
            case _:
                return f"{'AVG' if node.mean else 'SUM'}({of})"

    def extreme(self, node: Extreme, slots: Slots) -> str:
        """The least or the greatest value; what has an order of its own is compared by its ranks."""
        if not node.ranks:
            return super().extreme(node, slots)
        ranks = _ranks(node.ranks)
        texts = " ".join(f"WHEN {rank} THEN {quote_text(text)}" for rank, text in enumerate(node.ranks))
        word = "MAX" if node.greatest else "MIN"
        return f"CASE {word}(CASE {self.expression(node.of, slots)} {ranks} END) {texts} END"

    def bucket(self, node: Bucket, slots: Slots) -> str:
        """The beginning of a unit of time, as text by the clock that answers for it."""
        zone = "NULL" if node.zone is None else self.param(node.zone, slots)
        return f"nicol_bucket({self.expression(node.of, slots)}, '{node.unit}', {zone})"

    def json_text(self, node: JsonText, slots: Slots) -> str:
        """The text at a path, where there is a text."""
        path = self.param(node.path, slots) if node.path else "NULL"
        return f"nicol_json_text({self.expression(node.of, slots)}, {path})"

    def json_test(self, node: JsonTest, slots: Slots) -> str:
        """A question that a function answers as PostgreSQL would."""
        path = self.param(node.path, slots) if node.path else "NULL"
        value = self.param(node.value, slots) if node.value else "NULL"
        return f"nicol_json_test('{node.test}', {self.expression(node.of, slots)}, {path}, {value})"

    def json_change(self, node: JsonChange, slots: Slots) -> str:
        """A function of ours, since `json_set` leaves alone what has no object in the way, without a word."""
        of, change = self.expression(node.of, slots), self.expression(node.change, slots)
        return f"nicol_json_change('{node.operator}', {of}, {change})"

    def list_test(self, node: ListTest, slots: Slots) -> str:
        """A question to a JSON array."""
        of = self.expression(node.of, slots)
        value = self.expression(node.value, slots) if node.value is not None else ""
        mine, given = f"SELECT value FROM json_each({of})", f"SELECT value FROM json_each({value})"
        match node.test:
            case "equals":
                return f"nicol_json({of}) = nicol_json({value})"
            case "has_every":
                return _known(of, f"NOT EXISTS ({given} WHERE value NOT IN ({mine}))")
            case "has_some":
                return _known(of, f"EXISTS ({mine} WHERE value IN ({given}))")
            case "is_empty":
                return f"coalesce(json_array_length({of}), 0) = 0"

    def list_push(self, node: ListPush, slots: Slots) -> str:
        """Two JSON arrays put together as text, which keeps their items to the letter."""
        of, more = f"coalesce({self.expression(node.of, slots)}, '[]')", self.expression(node.items, slots)
        joined = f"substr({of}, 1, length({of}) - 1) || ',' || substr({more}, 2)"
        return f"CASE WHEN {of} = '[]' THEN {more} WHEN {more} = '[]' THEN {of} ELSE {joined} END"

    def pack(self, items: Sequence[Any]) -> str:
        """A JSON array, with bytes in hexadecimal."""
        return list_text(items)


def _among(of: str, items: str, value: str, *, negated: bool, fold: bool) -> str:
    word = "NOT IN" if negated else "IN"
    if fold:
        of, value = f"nicol_lower({of})", f"nicol_lower({value})"
    return f"{of} {word} (SELECT {value} FROM json_each({items}))"


def _known(of: str, test: str) -> str:
    """A test of a list, which is unknown where the list is null."""
    return f"CASE WHEN {of} IS NOT NULL THEN {test} END"


def _ranks(texts: Sequence[str]) -> str:
    return " ".join(f"WHEN {quote_text(text)} THEN {rank}" for rank, text in enumerate(texts))


def _placed(of: str, text: str, place: Literal["contains", "startswith", "endswith"]) -> str:
    match place:
        case "contains":
            return f"instr({of}, {text}) > 0"
        case "startswith":
            return f"substr({of}, 1, length({text})) = {text}"
        case "endswith":
            return f"substr({of}, length({of}) - length({text}) + 1) = {text}"


def _glob(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


RENDERER = SqliteRenderer(portable=False)
"""For a project whose only database is SQLite."""

PORTABLE = SqliteRenderer(portable=True)
"""For a project whose other database is PostgreSQL."""
