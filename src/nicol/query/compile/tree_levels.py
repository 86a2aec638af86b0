"""Trees: the rows of all levels below some parents, and the objects that they become, built from the leaves up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicol.errors import QueryInvalid
from nicol.query.compile.context import Frame, Said
from nicol.query.compile.levels import Keys, Shape, grouped, key_of
from nicol.query.faults import invalid
from nicol.query.nodes.pages import DEEPEST
from nicol.query.shape import Groups
from nicol.sql.program import Program, Row


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One statement with the rows of all levels. `inner`: their shape with what is below; `last`: without.

    What else is included in them are the branches of `last`. `own`: the places of the key that leads to a row's group;
    `parent`: of the key that leads to the group it is in.
    """

    said: Said
    last: Shape
    inner: Shape
    many: bool
    keys: Keys
    own: tuple[int, ...]
    parent: tuple[int, ...]

    def rows(self, parents: Sequence[Row], frame: Frame) -> Program[tuple[Sequence[Row], list[Groups]]]:
        """The rows of all levels, and what else is included in them."""
        if not self.keys.put(parents, frame):
            return (), []
        rows = (yield self.said.statement(frame)).rows
        groups: list[Groups] = []
        for branch in self.last.branches if rows else ():
            groups += [(yield from branch.groups(rows, frame))]
        return rows, groups


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """So many levels as a slot of the frame says: what including the relation in itself so many times would be.

    `level` is the place of the level's number in a row.
    """

    tree: Tree
    level: int
    depth: int

    @property
    def many(self) -> bool:
        """True when a group is a list."""
        return self.tree.many

    @property
    def parent_key(self) -> tuple[int, ...]:
        """The places in a parent's row of the key that leads to its group."""
        return self.tree.keys.places

    def groups(self, rows: Sequence[Row], frame: Frame) -> Program[Groups]:
        """The objects of the first level by their parents' keys."""
        found, groups = yield from self.tree.rows(rows, frame)
        levels: dict[int, list[Row]] = {}
        for row in found:
            levels.setdefault(row[self.level], []).append(row)
        below: Groups = {}
        for level, here in sorted(levels.items(), reverse=True):
            deepest = level == frame[self.depth]
            objects = (
                self.tree.last.built(here, groups)
                if deepest
                else self.tree.inner.built(here, [*groups, below])
            )
            below = grouped(here, objects, key_of(self.tree.parent), many=self.tree.many)
        return below


# ---- without end -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """All levels there are. Where rows go in a circle, a row that is above itself is left out, and the circle ends before it.

    `name`: the places in a row of the tree of the key that names it; `parent_name`: of the same in a parent's row.
    """

    tree: Tree
    parent_key: tuple[int, ...]
    parent_name: tuple[int, ...]
    name: tuple[int, ...]

    @property
    def many(self) -> bool:
        """True when a group is a list."""
        return self.tree.many

    def groups(self, rows: Sequence[Row], frame: Frame) -> Program[Groups]:
        """The objects of the first level by their parents' keys."""
        found, groups = yield from self.tree.rows(rows, frame)
        growth = _Growth(self.tree, found, groups, key_of(self.name))
        growth.grow()
        key, leading, name = map(key_of, (self.parent_key, self.tree.keys.places, self.parent_name))
        return {key(row): growth.group(leading(row), name(row)) for row in rows}


class _Growth:
    """Rows whose objects are built when all are built that hang on them."""

    def __init__(
        self, tree: Tree, rows: Sequence[Row], groups: list[Groups], name: Callable[[Row], Any]
    ) -> None:
        own, parent = key_of(tree.own), key_of(tree.parent)
        self._tree, self._rows, self._groups = tree, rows, groups
        self._own = [own(row) for row in rows]
        self._parents = [parent(row) for row in rows]
        self._names = [name(row) for row in rows]
        self._members: dict[Any, list[int]] = {}
        for index, key in enumerate(self._parents):
            self._members.setdefault(key, []).append(index)
        self._objects: dict[int, Any] = {}
        self._complete: dict[Any, Any] = {}

    def grow(self) -> None:
        """Build all objects but those on circles and those that lead into one."""
        waiting: dict[Any, list[int]] = {}
        for index, key in enumerate(self._own):
            waiting.setdefault(key, []).append(index)
        missing = {key: len(members) for key, members in self._members.items()}
        ready = [index for index, key in enumerate(self._own) if key not in missing]
        height = 0
        while ready:
            height += 1
            if height > DEEPEST:
                raise _too_deep(self._tree)
            self._objects.update(zip(ready, self._built(ready, self._complete), strict=True))
            done: list[Any] = []
            for key in map(self._parents.__getitem__, ready):
                missing[key] -= 1
                if not missing[key]:
                    self._complete[key] = self._shaped([self._objects[each] for each in self._members[key]])
                    done.append(key)
            ready = [index for key in done for index in waiting.get(key, ())]

    def group(self, key: Any, name: Any) -> Any:
        """What hangs on a parent that has this key and this name."""
        if key in self._complete or key not in self._members:
            return self._complete.get(key)
        circle = self._circle(key, name)
        below: dict[int, Any] = {}
        for index in reversed(circle):
            inner = {self._own[index]: self._around(self._own[index], below)}
            below = {index: self._built([index], inner)[0]}
        return self._around(key, below)

    def _circle(self, key: Any, name: Any) -> list[int]:
        """The rows on the way from a parent to one that is above already: each has one at most that could not be built."""
        found: list[int] = []
        met = {name}
        while True:
            members = (each for each in self._members.get(key, ()) if each not in self._objects)
            index = next(members, None)
            if index is None or self._names[index] in met:
                return found
            found.append(index)
            if len(found) > DEEPEST:
                raise _too_deep(self._tree)
            met.add(self._names[index])
            key = self._own[index]

    def _around(self, key: Any, circle: dict[int, Any]) -> Any:
        """The group of a key, with the one object on the circle that is there."""
        known = (circle if each in circle else self._objects for each in self._members.get(key, ()))
        members = zip(self._members.get(key, ()), known, strict=False)
        return self._shaped([objects[each] for each, objects in members if each in objects])

    def _shaped(self, objects: list[Any]) -> Any:
        return objects if self._tree.many else next(iter(objects), None)

    def _built(self, places: list[int], below: Groups) -> list[Any]:
        return self._tree.inner.built([self._rows[each] for each in places], [*self._groups, below])


def _too_deep(tree: Tree) -> QueryInvalid:
    return invalid(
        f"the rows of model `{tree.last.model.name}` hang together over more than {DEEPEST} levels",
        model=tree.last.model.name,
        hint="say how many of them are wanted with `depth`",
    )
