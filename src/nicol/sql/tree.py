"""The statement tree: SQL as frozen values. Names are the database's own; a value is always a numbered slot, never text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

# ---- expressions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column, of the source called `source` where there is more than one."""

    name: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Param:
    """The value in a slot of the frame; `cast` are the type's own words where the database must be told."""

    slot: int
    cast: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A small number that belongs to the statement itself."""

    value: int


@dataclass(frozen=True, slots=True)
class Null:
    """The null value."""


@dataclass(frozen=True, slots=True)
class Bool:
    """A condition that always or never holds."""

    value: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two values."""

    operator: Literal["=", "<>", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class IsNull:
    """A test for null."""

    of: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All hold; true when there are none."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One holds at least; false when there are none."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary; unknown stays unknown."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Untrue:
    """It does not hold, or it is unknown whether it does."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Tested:
    """A condition that rows are tested for when they were found by another: no index shall be taken for it.

    `again`: it stands where rows are found again and again in one statement.
    """

    of: Expression
    again: bool = False


@dataclass(frozen=True, slots=True)
class InList:
    """The value is one of a list, which is one parameter as a whole; `binary`: its items are bytes.

    `fold`: texts of upper and lower case are the same.
    """

    of: Expression
    items: Param
    negated: bool = False
    binary: bool = False
    fold: bool = False


@dataclass(frozen=True, slots=True)
class InColumn:
    """The value is an item of a column that holds a list."""

    of: Expression
    list: Expression
    negated: bool = False
    fold: bool = False


@dataclass(frozen=True, slots=True)
class InRows:
    """Several values are together one row of several lists, each of which is one parameter; `binary`: its items are bytes."""

    of: tuple[Expression, ...]
    lists: tuple[Param, ...]
    binary: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class InQuery:
    """Several values are together one row of a query."""

    of: tuple[Expression, ...]
    query: Select


@dataclass(frozen=True, slots=True)
class Like:
    """The text has another one at a place in it; the parameter is what `Renderer.pattern` made of that."""

    of: Expression
    pattern: Param
    place: Literal["contains", "startswith", "endswith"]
    insensitive: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """The text has another text, which is no parameter, at a place in it."""

    of: Expression
    text: Expression
    place: Literal["contains", "startswith", "endswith"]
    fold: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """The text without the difference of upper and lower case."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Exists:
    """The query has a row."""

    query: Select
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Subquery:
    """The one value, or one row of values, of a query."""

    query: Select


@dataclass(frozen=True, slots=True)
class Group:
    """Several values as one row, to be compared with another."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A calculation in the database.

    `bounds`: the least and the greatest integer that it may come to. `real`: it is with floating point numbers.
    """

    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression
    bounds: tuple[int, int] | None = None
    real: bool = False


@dataclass(frozen=True, slots=True)
class Exact:
    """An exact decimal, to be compared and ordered as a number even where the database keeps it as text.

    `cast`: its type in the database's words.
    """

    of: Expression
    cast: str | None = None


@dataclass(frozen=True, slots=True)
class AsText:
    """A value that is asked about as a text; `cast`: its type in the database's words, which may know no such questions."""

    of: Expression
    cast: str | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A value of an enum, to be ordered by its place among the texts that there can be."""

    of: Expression
    ranks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExactArithmetic:
    """A calculation with exact decimals, which not every database can do with its operators.

    It comes to so many digits at most (`precision`), of which some stand behind the point (`scale`). `cast`: the type of
    what stands on the left, in the database's words.
    """

    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression
    precision: int
    scale: int
    cast: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows."""


@dataclass(frozen=True, slots=True)
class CountOf:
    """How many values that are not null; `distinct`: how many different ones."""

    of: Expression
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of many values, or their mean: of integers (`bigint`: large ones), floats, or exact decimals.

    `cast`: the type of the values in the database's words. A sum of integers beyond 64 bits is an error.
    """

    of: Expression
    kind: Literal["int", "bigint", "float", "decimal"]
    mean: bool = False
    cast: str | None = None


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or the greatest of many values; `cast`: their type in the database's words.

    `ranks`: the texts that there can be, from the least to the greatest, where it is not the alphabet that orders them.
    """

    of: Expression
    greatest: bool = False
    cast: str | None = None
    ranks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bucket:
    """The beginning of the unit of time that a moment lies in, by the clocks of a zone, which is a parameter; else by UTC.

    Days and longer units are answered by the zone's own clock, shorter ones by that of UTC. `zoned`: the column keeps zones.
    """

    of: Expression
    unit: Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
    zone: Param | None = None
    zoned: bool = False


@dataclass(frozen=True, slots=True)
class OrZero:
    """A number, or 0 in the place of null."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Chance:
    """A number that nobody can foretell, another one for each row."""


@dataclass(frozen=True, slots=True)
class RowNumber:
    """The number of a row from 1 within its partition."""

    partition: tuple[Expression, ...]
    order: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class JsonText:
    """The text that is at a path of a JSON value, or is the value; null where there is none, or something else."""

    of: Expression
    path: Param | None = None


@dataclass(frozen=True, slots=True)
class JsonTest:
    """A question to what is at a path of a JSON value, or to the value, where `value` is JSON text.

    `has`: an array has it, or each of its items; `first` and `last`: it is that item of an array; an order is one of two
    numbers or two texts. Asked about something else than an array, or than the value's kind, the answer is unknown.
    `missing`: there is nothing. `searched`: only the rows for which it holds matter, so that an index may find them.
    """

    of: Expression
    test: Literal["equals", "missing", "has", "first", "last", "<", "<=", ">", ">="]
    value: Param | None = None
    path: Param | None = None
    searched: bool = False


@dataclass(frozen=True, slots=True)
class ListTest:
    """A question to a column that holds a list; `value` is a list: a parameter or another column."""

    of: Expression
    test: Literal["equals", "has_every", "has_some", "is_empty"]
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class JsonChange:
    """The JSON document after a change, which is JSON: entries to `merge`, or a path to `set` a value at or to `remove`."""

    operator: Literal["merge", "set", "remove"]
    of: Expression
    change: Expression


@dataclass(frozen=True, slots=True)
class ListPush:
    """The list with the items of another list behind it."""

    of: Expression
    items: Expression


Expression: TypeAlias = (
    Column
    | Param
    | Number
    | Null
    | Bool
    | Compare
    | IsNull
    | And
    | Or
    | Not
    | Untrue
    | Tested
    | InList
    | InColumn
    | InRows
    | InQuery
    | Like
    | Placed
    | Fold
    | Exists
    | Subquery
    | Group
    | Arithmetic
    | Exact
    | AsText
    | Ranked
    | ExactArithmetic
    | Count
    | CountOf
    | Total
    | Extreme
    | Bucket
    | OrZero
    | Chance
    | RowNumber
    | JsonText
    | JsonTest
    | JsonChange
    | ListTest
    | ListPush
)


# ---- queries -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order. `nulls` None: where the renderer's database keeps them (`Renderer.nulls_are_low`).

    `nullable` false: there are no nulls to be placed.
    """

    of: Expression
    descending: bool = False
    nulls: Literal["first", "last"] | None = None
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A column of a result with a name."""

    of: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or the result called so in `WITH`."""

    name: str
    namespace: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A query as a source; `lateral`: it speaks of the sources before it (`Renderer.has_lateral`)."""

    query: Select
    alias: str
    lateral: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """Rows given by the program: for each column `names` has a list that is one parameter.

    `binary`: its items are bytes; `nested`: they are lists themselves. `ordinal` is the name of one more column, the
    number of the row from 1.
    """

    lists: tuple[Param, ...]
    names: tuple[str, ...]
    alias: str
    binary: tuple[bool, ...]
    nested: tuple[bool, ...]
    ordinal: str | None = None


Source: TypeAlias = Table | Derived | Lists


@dataclass(frozen=True, slots=True)
class Join:
    """Another source beside the first; `outer` keeps rows that find no partner.

    `after`: it is read for each row of the sources before it, which are far fewer.
    """

    source: Source
    on: Expression
    outer: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """A recursive source: the rows of `first`, then `then` for each row found, which refers to this by `name`.

    `distinct`: a row that was found already leads no further.
    """

    name: str
    columns: tuple[str, ...]
    first: Select
    then: Select
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class RowLock:
    """A lock on the rows of one source, until the transaction ends."""

    mode: Literal["update", "no_key_update", "share", "key_share"]
    of: str
    wait: Literal["skip", "nowait"] | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """A query."""

    columns: tuple[Expression | Named, ...]
    source: Source | None = None
    joins: tuple[Join, ...] = ()
    where: Expression = And(())
    order: tuple[Order, ...] = ()
    limit: Param | Number | None = None
    offset: Param | None = None
    walk: Walk | None = None
    group: tuple[Expression, ...] = ()
    lock: RowLock | None = None


# ---- writes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assignment:
    """A column and its new value."""

    column: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Conflict:
    """What to do when a row is there already: nothing, or set columns of the row that has these `columns`.

    `columns` empty: whatever the key is. `where`: only such a row is set.
    """

    columns: tuple[str, ...] = ()
    sets: tuple[Assignment, ...] = ()
    where: Expression = And(())


@dataclass(frozen=True, slots=True)
class Insert:
    """One new row; without columns, all of them have their defaults."""

    table: Table
    columns: tuple[str, ...]
    values: tuple[Expression, ...]
    conflict: Conflict | None = None
    returning: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InsertLists:
    """Many new rows, which are those of the lists (`Renderer.takes_lists`).

    `marks`: the last column of what comes back says whether the row is new (`Renderer.new_mark`).
    """

    table: Table
    columns: tuple[str, ...]
    rows: Lists
    conflict: Conflict | None = None
    returning: tuple[str, ...] = ()
    marks: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """Changes of the rows for which `where` holds, with the rows of `source` at hand."""

    table: Table
    sets: tuple[Assignment, ...]
    where: Expression
    returning: tuple[str, ...] = ()
    source: Lists | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """The end of the rows for which `where` holds."""

    table: Table
    where: Expression
    returning: tuple[str, ...] = ()


Tree: TypeAlias = Select | Insert | InsertLists | Update | Delete
