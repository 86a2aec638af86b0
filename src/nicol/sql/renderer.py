"""From statement trees to SQL: one visitor, of which a dialect overrides the few words that it says differently."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nicol.sql.expressions import Expressions, Slots
from nicol.sql.quoting import quote
from nicol.sql.tree import (
    And,
    Assignment,
    Conflict,
    Delete,
    Derived,
    Expression,
    Insert,
    InsertLists,
    Join,
    Lists,
    Named,
    Order,
    Param,
    RowLock,
    Select,
    Source,
    Table,
    Tree,
    Update,
    Walk,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A statement's text, and the slot that each of its parameters is taken from, in order."""

    text: str
    slots: tuple[int, ...]


class Renderer(Expressions):
    """Spells statement trees, from the grammar's top down; what is abstract each database says itself."""

    has_lateral: ClassVar[bool] = False
    """True when a derived source may speak of the sources before it."""

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
        word = "LEFT JOIN" if node.outer else self.join_after if node.after else "JOIN"
        return f"{word} {self.source(node.source, slots)} ON {self.expression(node.on, slots)}"

    join_after: ClassVar[str] = "JOIN"
    """What joins a source that is to be read for each row of those before it."""

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
