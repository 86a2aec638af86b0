"""How expressions are spelled: one method for each kind, of which a dialect overrides those that it says differently."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from nicol.sql.quoting import quote
from nicol.sql.tree import (
    And,
    Arithmetic,
    AsText,
    Bool,
    Bucket,
    Chance,
    Column,
    Compare,
    Count,
    CountOf,
    Exact,
    ExactArithmetic,
    Exists,
    Expression,
    Extreme,
    Fold,
    Group,
    InColumn,
    InList,
    InQuery,
    InRows,
    IsNull,
    JsonChange,
    JsonTest,
    JsonText,
    Like,
    ListPush,
    ListTest,
    Not,
    Null,
    Number,
    Or,
    Order,
    OrZero,
    Param,
    Placed,
    Ranked,
    RowNumber,
    Select,
    Subquery,
    Tested,
    Total,
    Untrue,
)


class Slots:
    """The parameters of one statement in the order of their first use."""

    def __init__(self) -> None:
        self.order: dict[int, int] = {}

    def number(self, slot: int) -> int:
        """The number from 1 of the parameter that stands for a slot; the same slot is sent once."""
        return self.order.setdefault(slot, len(self.order) + 1)


class Expressions(ABC):
    """Spells expressions; what is abstract each database says itself, and queries within are `Renderer`'s."""

    nulls_are_low: ClassVar[bool]
    """True when a null comes before every value in an ascending order."""

    @abstractmethod
    def select(self, node: Select, slots: Slots) -> str:
        """A query."""

    @abstractmethod
    def order(self, key: Order, slots: Slots) -> str:
        """One key of an order."""

    def expression(self, node: Expression, slots: Slots) -> str:
        """One expression, by the method that `VISITORS` names for its kind."""
        text: str = getattr(self, VISITORS[type(node)])(node, slots)
        return text

    def column(self, node: Column, _slots: Slots) -> str:
        """A column's name, with that of its source."""
        return f"{quote(node.source)}.{quote(node.name)}" if node.source else quote(node.name)

    @abstractmethod
    def param(self, node: Param, slots: Slots) -> str:
        """A placeholder."""

    def number(self, node: Number, _slots: Slots) -> str:
        """A number of the statement itself."""
        return str(node.value)

    def null(self, _node: Null, _slots: Slots) -> str:
        """The null value."""
        return "NULL"

    def bool(self, node: Bool, _slots: Slots) -> str:
        """A condition that is known."""
        return "1=1" if node.value else "1=0"

    def compare(self, node: Compare, slots: Slots) -> str:
        """A comparison."""
        return f"{self.expression(node.left, slots)} {node.operator} {self.expression(node.right, slots)}"

    def is_null(self, node: IsNull, slots: Slots) -> str:
        """A test for null."""
        return f"{self.expression(node.of, slots)} IS {'NOT ' if node.negated else ''}NULL"

    def and_(self, node: And, slots: Slots) -> str:
        """All conditions."""
        if not node.items:
            return self.bool(Bool(True), slots)
        return _chain(" AND ", [self._operand(item, slots) for item in node.items])

    def or_(self, node: Or, slots: Slots) -> str:
        """One of the conditions."""
        if not node.items:
            return self.bool(Bool(False), slots)
        return _chain(" OR ", [self._operand(item, slots) for item in node.items])

    def _operand(self, node: Expression, slots: Slots) -> str:
        text = self.expression(node, slots)
        return f"({text})" if isinstance(node, And | Or) else text

    def not_(self, node: Not, slots: Slots) -> str:
        """The contrary."""
        return f"NOT ({self.expression(node.of, slots)})"

    def untrue(self, node: Untrue, slots: Slots) -> str:
        """What does not hold or is unknown."""
        return f"({self.expression(node.of, slots)}) IS NOT TRUE"

    def tested(self, node: Tested, slots: Slots) -> str:
        """A condition that leads nowhere; as any other where the database knows better than to follow it."""
        return self.expression(node.of, slots)

    @abstractmethod
    def in_list(self, node: InList, slots: Slots) -> str:
        """One of a list that is one parameter."""

    @abstractmethod
    def in_column(self, node: InColumn, slots: Slots) -> str:
        """One of the items of a column."""

    @abstractmethod
    def in_rows(self, node: InRows, slots: Slots) -> str:
        """One row of several lists."""

    @abstractmethod
    def like(self, node: Like, slots: Slots) -> str:
        """A text that matches a pattern."""

    @abstractmethod
    def placed(self, node: Placed, slots: Slots) -> str:
        """A text that has another text at a place."""

    @abstractmethod
    def fold(self, node: Fold, slots: Slots) -> str:
        """A text in lower case."""

    def in_query(self, node: InQuery, slots: Slots) -> str:
        """One of the rows of a query."""
        of = ", ".join(self.expression(item, slots) for item in node.of)
        return f"{of if len(node.of) == 1 else f'({of})'} IN ({self.select(node.query, slots)})"

    def exists(self, node: Exists, slots: Slots) -> str:
        """A query that has a row."""
        return f"{'NOT ' if node.negated else ''}EXISTS ({self.select(node.query, slots)})"

    def subquery(self, node: Subquery, slots: Slots) -> str:
        """The value of a query."""
        return f"({self.select(node.query, slots)})"

    def group(self, node: Group, slots: Slots) -> str:
        """Several values as one row."""
        return f"({', '.join(self.expression(item, slots) for item in node.items)})"

    def arithmetic(self, node: Arithmetic, slots: Slots) -> str:
        """A calculation."""
        return f"{self.expression(node.left, slots)} {node.operator} {self.expression(node.right, slots)}"

    def exact(self, node: Exact, slots: Slots) -> str:
        """An exact decimal that is compared."""
        return self.expression(node.of, slots)

    def as_text(self, node: AsText, slots: Slots) -> str:
        """A value whose type knows the questions of texts."""
        return self.expression(node.of, slots)

    def ranked(self, node: Ranked, slots: Slots) -> str:
        """A value of an enum whose type knows its order."""
        return self.expression(node.of, slots)

    def exact_arithmetic(self, node: ExactArithmetic, slots: Slots) -> str:
        """A calculation with exact decimals."""
        return self.arithmetic(Arithmetic(node.operator, node.left, node.right, real=True), slots)

    def count(self, _node: Count, _slots: Slots) -> str:
        """How many rows."""
        return "COUNT(*)"

    def count_of(self, node: CountOf, slots: Slots) -> str:
        """How many values."""
        return f"COUNT({'DISTINCT ' if node.distinct else ''}{self.expression(node.of, slots)})"

    @abstractmethod
    def total(self, node: Total, slots: Slots) -> str:
        """A sum or a mean."""

    def extreme(self, node: Extreme, slots: Slots) -> str:
        """The least or the greatest value."""
        return f"{'MAX' if node.greatest else 'MIN'}({self.expression(node.of, slots)})"

    @abstractmethod
    def bucket(self, node: Bucket, slots: Slots) -> str:
        """The beginning of a unit of time."""

    def or_zero(self, node: OrZero, slots: Slots) -> str:
        """A number that is not null."""
        return f"coalesce({self.expression(node.of, slots)}, 0)"

    def chance(self, _node: Chance, _slots: Slots) -> str:
        """A random number."""
        return "random()"

    def row_number(self, node: RowNumber, slots: Slots) -> str:
        """The number of a row within its partition."""
        partition = ", ".join(self.expression(item, slots) for item in node.partition)
        order = ", ".join(self.order(key, slots) for key in node.order)
        inside = [f"PARTITION BY {partition}"] if partition else []
        inside += [f"ORDER BY {order}"] if order else []
        return f"ROW_NUMBER() OVER ({' '.join(inside)})"

    @abstractmethod
    def json_text(self, node: JsonText, slots: Slots) -> str:
        """The text at a path of a JSON value."""

    @abstractmethod
    def json_test(self, node: JsonTest, slots: Slots) -> str:
        """A question to a JSON value."""

    @abstractmethod
    def json_change(self, node: JsonChange, slots: Slots) -> str:
        """A JSON document of which a part is changed."""

    @abstractmethod
    def list_test(self, node: ListTest, slots: Slots) -> str:
        """A question to a list."""

    @abstractmethod
    def list_push(self, node: ListPush, slots: Slots) -> str:
        """A list with more items."""

    # ---- values --------------------------------------------------------------------------------------------------

    @abstractmethod
    def pattern(
        self, place: Literal["contains", "startswith", "endswith"], text: str, *, insensitive: bool
    ) -> str:
        """The parameter of `Like` that finds exactly this text at that place."""

    @abstractmethod
    def pack(self, items: Sequence[Any]) -> Any:
        """Encoded values as the one parameter that `InList` and `InRows` take."""


VISITORS: dict[type, str] = {
    And: "and_",
    AsText: "as_text",
    Arithmetic: "arithmetic",
    Bool: "bool",
    Chance: "chance",
    Bucket: "bucket",
    Column: "column",
    Compare: "compare",
    Count: "count",
    CountOf: "count_of",
    Exact: "exact",
    ExactArithmetic: "exact_arithmetic",
    Exists: "exists",
    Extreme: "extreme",
    Fold: "fold",
    Group: "group",
    InColumn: "in_column",
    InList: "in_list",
    InQuery: "in_query",
    InRows: "in_rows",
    IsNull: "is_null",
    JsonChange: "json_change",
    JsonTest: "json_test",
    JsonText: "json_text",
    Like: "like",
    ListPush: "list_push",
    ListTest: "list_test",
    Not: "not_",
    Null: "null",
    Number: "number",
    Or: "or_",
    OrZero: "or_zero",
    Param: "param",
    Placed: "placed",
    Ranked: "ranked",
    RowNumber: "row_number",
    Subquery: "subquery",
    Tested: "tested",
    Untrue: "untrue",
    Total: "total",
}
"""The method that spells each kind of expression; a test holds it against the closed union."""


_LINKS = 500
"""How many conditions stand in one row: SQLite's trees may be a thousand deep, and a row is a tree of its length."""


def _chain(word: str, items: list[str]) -> str:
    """Conditions in a row; very many of them in rows of rows."""
    if len(items) <= _LINKS:
        return word.join(items)
    rows = [word.join(items[start : start + _LINKS]) for start in range(0, len(items), _LINKS)]
    return _chain(word, [f"({row})" for row in rows])


def escaped(text: str, special: str, escape: str) -> str:
    """The text with an escape character before each special one."""
    return "".join(escape + char if char in special else char for char in text)
