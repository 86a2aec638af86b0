"""From statement trees to SQL: one visitor, of which a dialect overrides the few words that it says differently."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from nicol.sql.quoting import quote
from nicol.sql.tree import (
    And,
    Arithmetic,
    Assignment,
    Bool,
    Bucket,
    Chance,
    Column,
    Compare,
    Conflict,
    Count,
    CountOf,
    Delete,
    Derived,
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
    Insert,
    InsertLists,
    IsNull,
    IsTrue,
    Join,
    JsonChange,
    JsonTest,
    JsonText,
    Like,
    ListPush,
    Lists,
    ListTest,
    Named,
    Not,
    Null,
    Number,
    Or,
    Order,
    Param,
    Placed,
    Ranked,
    RowLock,
    RowNumber,
    Select,
    Source,
    Subquery,
    Table,
    Total,
    Tree,
    Untrue,
    Update,
    Walk,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A statement's text, and the slot that each of its parameters is taken from, in order."""

    text: str
    slots: tuple[int, ...]


class Slots:
    """The parameters of one statement in the order of their first use."""

    def __init__(self) -> None:
        self.order: dict[int, int] = {}

    def number(self, slot: int) -> int:
        """The number from 1 of the parameter that stands for a slot; the same slot is sent once."""
        return self.order.setdefault(slot, len(self.order) + 1)


class Renderer(ABC):
    """Spells statement trees, from the grammar's top down; what is abstract each database says itself."""

    nulls_are_low: ClassVar[bool]
    """True when a null comes before every value in an ascending order."""
    has_lateral: ClassVar[bool] = False
    """True when a derived source may speak of the sources before it."""

    # ---- statements ----------------------------------------------------------------------------------------------

    def render(self, tree: Tree) -> Rendered:
        """The text of a statement and its slots."""
        slots = Slots()
        text = self.statement(tree, slots)
        return Rendered(text, tuple(slots.order))

    def statement(self, tree: Tree, slots: Slots) -> str:
        """One statement."""
        match tree:
            case Select():
                return self.select(tree, slots)
            case Insert():
                return self.insert(tree, slots)
            case InsertLists():
                return self.insert_lists(tree, slots)
            case Update():
                return self.update(tree, slots)
            case Delete():
                return self.delete(tree, slots)

    def select(self, node: Select, slots: Slots) -> str:
        """A query."""
        return " ".join(filter(None, self._clauses(node, slots)))

    def _clauses(self, node: Select, slots: Slots) -> Iterable[str]:
        if node.walk is not None:
            yield self.walk(node.walk, slots)
        yield f"SELECT {self.columns(node.columns, slots)}"
        if node.source is not None:
            yield f"FROM {self.source(node.source, slots)}"
        for join in node.joins:
            yield self.join(join, slots)
        yield self.where(node.where, slots)
        if node.group:
            yield f"GROUP BY {', '.join(self.expression(each, slots) for each in node.group)}"
        if node.order:
            yield f"ORDER BY {', '.join(self.order(key, slots) for key in node.order)}"
        yield self.limit(node, slots)
        if node.lock is not None:
            yield self.lock(node.lock)

    def lock(self, node: RowLock) -> str:
        """A lock on rows; nothing, where a transaction that may write is alone."""
        del node
        return ""

    def walk(self, node: Walk, slots: Slots) -> str:
        """A recursive source."""
        first, then = self.select(node.first, slots), self.select(node.then, slots)
        columns, union = ", ".join(map(quote, node.columns)), "UNION" if node.distinct else "UNION ALL"
        return f"WITH RECURSIVE {quote(node.name)}({columns}) AS ({first} {union} {then})"

    def columns(self, items: Sequence[Expression | Named], slots: Slots) -> str:
        """The columns of a result."""
        return ", ".join(
            f"{self.expression(item.of, slots)} AS {quote(item.name)}"
            if isinstance(item, Named)
            else self.expression(item, slots)
            for item in items
        )

    def source(self, node: Source, slots: Slots) -> str:
        """A table or a query to read from."""
        match node:
            case Table():
                return self.table(node) + (f" AS {quote(node.alias)}" if node.alias else "")
            case Derived():
                word = "LATERAL " if node.lateral else ""
                return f"{word}({self.select(node.query, slots)}) AS {quote(node.alias)}"
            case Lists():
                return self.lists(node, slots)

    @abstractmethod
    def lists(self, node: Lists, slots: Slots) -> str:
        """The rows of several lists."""

    def table(self, node: Table) -> str:
        """The name of a table."""
        return f"{quote(node.namespace)}.{quote(node.name)}" if node.namespace else quote(node.name)

    def join(self, node: Join, slots: Slots) -> str:
        """Another source."""
        word = "LEFT JOIN" if node.outer else "JOIN"
        return f"{word} {self.source(node.source, slots)} ON {self.expression(node.on, slots)}"

    def where(self, condition: Expression, slots: Slots) -> str:
        """The condition of a statement, if there is one."""
        return "" if condition == And(()) else f"WHERE {self.expression(condition, slots)}"

    def order(self, key: Order, slots: Slots) -> str:
        """One key of an order."""
        text = self.expression(key.of, slots) + (" DESC" if key.descending else " ASC")
        return text + self.nulls(key)

    def nulls(self, key: Order) -> str:
        """The place of nulls, where it is asked for or is not the database's own."""
        return f" NULLS {key.nulls.upper()}" if key.nulls and key.nullable else ""

    def limit(self, node: Select, slots: Slots) -> str:
        """How many rows, and how many are skipped before."""
        limit = "" if node.limit is None else f"LIMIT {self.expression(node.limit, slots)}"
        if node.offset is None:
            return limit
        return f"{limit or self.no_limit} OFFSET {self.expression(node.offset, slots)}".strip()

    no_limit: ClassVar[str] = ""
    """What stands before OFFSET when there is no LIMIT."""

    def insert(self, node: Insert, slots: Slots) -> str:
        """One new row."""
        target = f"INSERT INTO {self.table(node.table)}"
        names = ", ".join(map(quote, node.columns))
        values = ", ".join(self.expression(value, slots) for value in node.values)
        rows = f"({names}) VALUES ({values})" if node.columns else "DEFAULT VALUES"
        conflict = f" {self.conflict(node.conflict, slots)}" if node.conflict is not None else ""
        return f"{target} {rows}{conflict}{self.returning(node.returning)}"

    takes_lists: ClassVar[bool] = False
    """True when many rows are written faster from one list for each column than row by row."""
    new_mark: ClassVar[str | None] = None
    """What tells, of a row that comes back from an insert, whether it is new; None where nothing does."""

    def insert_lists(self, node: InsertLists, slots: Slots) -> str:
        """Many new rows at once."""
        columns = ", ".join(map(quote, node.columns))
        rows = f"SELECT * FROM {self.source(node.rows, slots)}"
        conflict = f" {self.conflict(node.conflict, slots)}" if node.conflict is not None else ""
        mark = self.new_mark if node.marks else None
        return f"INSERT INTO {self.table(node.table)} ({columns}) {rows}{conflict}{self.returning(node.returning, mark)}"

    def array(self, node: Param, slots: Slots) -> str:
        """A placeholder for an array, with its type where the database must be told."""
        return self.param(node, slots)

    def conflict(self, node: Conflict, slots: Slots) -> str:
        """What to do with a row that is there already."""
        target = f" ({', '.join(map(quote, node.columns))})" if node.columns else ""
        action = f"UPDATE SET {self.assignments(node.sets, slots)}" if node.sets else "NOTHING"
        where = f" {self.where(node.where, slots)}" if node.sets else ""
        return f"ON CONFLICT{target} DO {action}{where}".rstrip()

    def update(self, node: Update, slots: Slots) -> str:
        """Changes of rows."""
        sets = self.assignments(node.sets, slots)
        source = "" if node.source is None else f" FROM {self.source(node.source, slots)}"
        where = self.where(node.where, slots)
        text = f"UPDATE {self.table(node.table)} SET {sets}{source} {where}".rstrip()
        return text + self.returning(node.returning, of=node.source and node.table)

    def assignments(self, items: Sequence[Assignment], slots: Slots) -> str:
        """New values of columns."""
        return ", ".join(f"{quote(item.column)} = {self.expression(item.value, slots)}" for item in items)

    def delete(self, node: Delete, slots: Slots) -> str:
        """The end of rows."""
        text = f"DELETE FROM {self.table(node.table)} {self.where(node.where, slots)}".rstrip()
        return text + self.returning(node.returning)

    def returning(self, columns: Sequence[str], mark: str | None = None, of: Table | None = None) -> str:
        """The columns of the written rows that are wanted back, with their table's name where others are at hand."""
        owner = "" if of is None else f"{quote(of.name)}."
        wanted = [f"{owner}{quote(name)}" for name in columns] + ([mark] if mark else [])
        return f" RETURNING {', '.join(wanted)}" if wanted else ""

    # ---- expressions ---------------------------------------------------------------------------------------------

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

    def is_true(self, node: IsTrue, slots: Slots) -> str:
        """A test for truth."""
        return f"({self.expression(node.of, slots)}) IS {'NOT ' if node.negated else ''}TRUE"

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
    IsTrue: "is_true",
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
    Param: "param",
    Placed: "placed",
    Ranked: "ranked",
    RowNumber: "row_number",
    Subquery: "subquery",
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
