"""Levels: the rows of one statement and the objects that they become, with those of the levels below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from nicol.query.compile.context import Frame, Said
from nicol.query.models import Field, Model
from nicol.query.shape import Build, Groups, faulty
from nicol.sql.program import Program, Row


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One statement's rows as objects. `backwards`: the rows come from the end and are turned round."""

    said: Said
    shape: Shape
    backwards: bool = False

    @property
    def is_plain(self) -> bool:
        """True when the rows come as they are wanted, and nothing hangs on them: most reads, so they get the shortest way."""
        return not self.backwards and not self.shape.branches

    def plain(self, frame: Frame) -> Program[list[Any]]:
        """Say the statement of a plain level; its objects."""
        return self.shape.built((yield self.said.statement(frame)).rows, ())

    def run(self, frame: Frame) -> Program[tuple[Sequence[Row], list[Any]]]:
        """Say the statement and those of what is included; the rows and their objects."""
        rows = (yield self.said.statement(frame)).rows
        if self.backwards:
            rows.reverse()
        if not self.shape.branches:
            return rows, self.shape.built(rows, ())
        return rows, (yield from self.shape.objects(rows, frame))


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How rows of a model become objects, with what is included."""

    model: Model
    fields: tuple[Field, ...]
    build: Build
    branches: tuple[Branch, ...] = ()

    def objects(self, rows: Sequence[Row], frame: Frame) -> Program[list[Any]]:
        """The objects of rows, after those that hang on them."""
        if not rows:
            return []
        groups: list[Groups] = []
        for branch in self.branches:
            groups += [(yield from branch.groups(rows, frame))]
        return self.built(rows, groups)

    def built(self, rows: Sequence[Row], groups: Sequence[Groups]) -> list[Any]:
        """The objects of rows whose relations are there."""
        try:
            return self.build(rows, groups)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise faulty(self.model, self.fields, rows) or error from error


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """An included relation: the keys of its parents go into registers, and its rows are grouped by the keys they carry."""

    level: Level
    many: bool
    parent_key: tuple[int, ...]
    child_key: tuple[int, ...]
    register: int
    pack: Callable[[Sequence[Any]], Any]

    def groups(self, rows: Sequence[Row], frame: Frame) -> Program[Groups]:
        """The objects of the relation for all parents: one, or a list, for each key."""
        keys = self._keys(rows)
        if not keys:
            return {}
        for index, values in enumerate(zip(*keys, strict=True)):
            frame[self.register + index] = self.pack(values)
        children, objects = yield from self.level.run(frame)
        key_of = _key_of(self.child_key)
        if not self.many:
            return dict(zip(map(key_of, children), objects, strict=True))
        groups: dict[Any, list[Any]] = {}
        for child, built in zip(children, objects, strict=True):
            groups.setdefault(key_of(child), []).append(built)
        return groups

    def _keys(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        places = self.parent_key
        if len(places) == 1:
            (place,) = places
            return [(key,) for key in dict.fromkeys(row[place] for row in rows) if key is not None]
        found = dict.fromkeys(tuple(row[place] for place in places) for row in rows)
        return [key for key in found if None not in key]


def _key_of(places: tuple[int, ...]) -> Callable[[Row], Any]:
    """What takes a key out of a row: a value, or a tuple of several."""
    return cast("Callable[[Row], Any]", itemgetter(*places))
