"""Groups: rows that are counted, added up and compared together."""

from __future__ import annotations

from typing import Literal, TypeAlias

from nicol.query.nodes.filters import Filter
from nicol.query.nodes.measures import Measure
from nicol.query.nodes.node import Node
from nicol.query.nodes.pages import Page

Unit: TypeAlias = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]


class GroupKey(Node, frozen=True, gc=False):
    """What rows of a group have in common: a field at the end of a path of to-one relations, or the unit of time it is in.

    `zone`: the slot of the time zone whose clock tells the units. `guards`: what must hold for the row of each step.
    """

    field: str
    path: tuple[str, ...] = ()
    guards: tuple[Filter, ...] = ()
    unit: Unit | None = None
    zone: int | None = None

    @property
    def name(self) -> str:
        """The name among the fields of the answer."""
        return ".".join((*self.path, self.field))


class Aggregate(Node, frozen=True, gc=False):
    """Measures of the rows of a page; `flat`: by their fields alone, since all of them are counts."""

    model: str
    page: Page
    measures: tuple[Measure, ...]
    flat: bool = False


class GroupBy(Node, frozen=True, gc=False):
    """Measures of the rows of each group, of which the first `shown` are answered.

    `where` chooses rows; `page` is one of groups: its filter and its order speak of keys and measures by their names.
    """

    model: str
    keys: tuple[GroupKey, ...]
    where: Filter
    measures: tuple[Measure, ...]
    shown: int
    page: Page
