"""Levels: the rows of one statement and the objects that they become, with those of the levels below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Protocol, cast

from nicol.query.compile.context import Frame, Said, Single
from nicol.query.models import Field, Model
from nicol.query.shape import Bonds, Build, Groups, faulty
from nicol.sql.program import Program, Row


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One statement's rows as objects. `backwards`: the rows come from the end and are turned round."""

    said: Said
    shape: Shape
    backwards: bool = False

    @property
    def is_plain(self) -> bool:
        """True when the rows come as they are wanted, and nothing hangs on them."""
        return not self.backwards and not self.shape.branches

    def plain(self) -> Single[list[Any]]:
        """The act of a plain level: its objects."""
        built = self.shape.built
        return Single(self.said, lambda result: built(result.rows, ()))

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
    bonds: Bonds = field(default_factory=dict[int, Sequence[int]])

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
            raise faulty(self.model, self.fields, rows, self.bonds) or error from error


class Branch(Protocol):
    """An included relation. `parent_key`: the places in a parent's row of the key that leads to its group."""

    @property
    def many(self) -> bool:
        """True when a group is a list."""
        ...

    @property
    def parent_key(self) -> tuple[int, ...]:
        """The places in a parent's row of the key that leads to its group."""
        ...

    def groups(self, rows: Sequence[Row], frame: Frame) -> Program[Groups]:
        """The objects of the relation for all parents: one, or a list, for each key."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """The keys of parents on their way into a statement: their places in rows, and the registers for lists of them."""

    places: tuple[int, ...]
    register: int
    pack: Callable[[Sequence[Any]], Any]

    def put(self, rows: Sequence[Row], frame: Frame) -> list[tuple[Any, ...]]:
        """Put the keys of rows into the frame, each once and none with a null; these keys."""
        if len(rows) == 1 and len(self.places) == 1:
            key = rows[0][self.places[0]]
            if key is None:
                return []
            frame[self.register] = self.pack((key,))
            return [(key,)]
        keys = self._keys(rows)
        for index, values in enumerate(zip(*keys, strict=True)):
            frame[self.register + index] = self.pack(values)
        return keys

    def _keys(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        places = self.places
        if len(places) == 1:
            (place,) = places
            return [(key,) for key in dict.fromkeys(row[place] for row in rows) if key is not None]
        found = dict.fromkeys(tuple(row[place] for place in places) for row in rows)
        return [key for key in found if None not in key]


@dataclass(frozen=True, slots=True, eq=False)
class Next:
    """The next level below: the keys of its parents go into registers, and its rows are grouped by the keys they carry."""

    level: Level
    many: bool
    keys: Keys
    child_key: tuple[int, ...]

    @property
    def parent_key(self) -> tuple[int, ...]:
        """The places in a parent's row of the key that leads to its group."""
        return self.keys.places

    def groups(self, rows: Sequence[Row], frame: Frame) -> Program[Groups]:
        """The objects of the relation for all parents: one, or a list, for each key."""
        keys = self.keys.put(rows, frame)
        if not keys:
            return {}
        children, objects = yield from self.level.run(frame)
        if len(keys) == 1:  # all rows are of the one parent
            (key,) = keys if len(self.child_key) > 1 else keys[0]
            return {key: objects} if self.many else {key: objects[0]} if objects else {}
        return grouped(children, objects, key_of(self.child_key), many=self.many)


def grouped(
    rows: Sequence[Row], objects: Sequence[Any], key: Callable[[Row], Any], *, many: bool
) -> dict[Any, Any]:
    """The objects of rows by their keys: lists, or the one there is."""
    if not many:
        return dict(zip(map(key, rows), objects, strict=True))
    groups: dict[Any, list[Any]] = {}
    for row, built in zip(rows, objects, strict=True):
        groups.setdefault(key(row), []).append(built)
    return groups


def key_of(places: tuple[int, ...]) -> Callable[[Row], Any]:
    """What takes a key out of a row: a value, or a tuple of several."""
    return cast("Callable[[Row], Any]", itemgetter(*places))
