"""A database in plain Python: rows as dictionaries, constraints looked at after each statement, referential actions."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from campaigns.client.worlds import Join, Link, Model, Relation, World, viewed

Row = dict[str, Any]


class Refused(Exception):
    """The call must fail with one of these codes."""

    def __init__(self, *codes: str) -> None:
        super().__init__(" or ".join(codes))
        self.codes = frozenset(codes)


class Unsettled(Exception):
    """What the call should do depends on the order in which a database looks at things: it is not asked."""


class Rows(dict[str, list[Row]]):
    """The rows of every model; those of a view are its model's."""

    def __missing__(self, view: str) -> list[Row]:
        return self[viewed(view)]


class Memory:
    """Rows of every model, and the pairs of every m:n relation by the keys of both sides."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows = Rows({model.name: [] for model in world.models})
        self.pairs: dict[str, set[tuple[Any, Any]]] = {join.name: set() for join in world.joins}

    def copy(self) -> Memory:
        """The same rows, to be tried on."""
        other = Memory(self.world)
        other.rows, other.pairs = copy.deepcopy(self.rows), copy.deepcopy(self.pairs)
        return other

    def follow(self, link: Link, row: Row) -> list[Row]:
        """The rows at the other end."""
        if link.join is not None:
            mine = row[link.local[0]]
            pairs = self.pairs[link.join.name]
            return [
                each for each in self.rows[link.target]
                if ((mine, each[link.remote[0]]) if link.first else (each[link.remote[0]], mine)) in pairs
            ]  # fmt: skip
        values = [row[name] for name in link.local]
        if None in values:
            return []
        return [each for each in self.rows[link.target] if [each[name] for name in link.remote] == values]

    def find(self, model: Model, key: Row) -> Row | None:
        """The row of a unique key."""
        for row in self.rows[model.name]:
            if all(same(row[name], value) for name, value in key.items()):
                return row
        return None

    # ---- writing -----------------------------------------------------------------------------------------------------

    def insert(self, model: Model, given: Row) -> Row:
        """Add a row with its defaults."""
        row = {field.name: _initial(field, given) for field in model.fields}
        if any(row[field.name] is None and not field.optional and not field.listed for field in model.fields):
            raise Refused("P2012")
        codes = self._faults(model, row, ())
        if codes:
            raise Refused(*codes)
        self.rows[model.name].append(row)
        return row

    def duplicate(self, model: Model, row: Row) -> bool:
        """True when a row has a unique key that there is already."""
        full = {field.name: _initial(field, row) for field in model.fields}
        return self._is_duplicate(model, full, ())

    def change(self, model: Model, rows: Sequence[Row], changes: Sequence[Row]) -> None:
        """New values for rows, as one statement: keys that others point at take them along."""
        before = [dict(row) for row in rows]
        self._refuse_chains(model, rows, changes)
        for row, change in zip(rows, changes, strict=True):
            row.update(change)
        codes: set[str] = set()
        for row in rows:
            codes |= self._faults(model, row, (id(row),), keys=False)
            others = [each for each in self.rows[model.name] if each is not row]
            if any(self._same_key(names, row, each) for names in model.keys.values() for each in others):
                codes.add("P2002")
        moved = [(old, row) for old, row in zip(before, rows, strict=True) if old != row]
        for old, row in moved:
            self._take_along(model, old, row)
        for row in rows:
            if self._orphaned(model, row):
                codes.add("P2003")
        if codes:
            raise Refused(*codes)

    def _take_along(self, model: Model, old: Row, new: Row) -> None:
        for link in self.world.links[model.name].values():
            was, now = ([row[name] for name in link.local] for row in (old, new))
            if was == now or link.owns:
                continue
            if link.join is not None:
                place = 0 if link.first else 1
                self.pairs[link.join.name] = {
                    tuple(now[0] if i == place and v == was[0] else v for i, v in enumerate(pair))  # type: ignore[misc]
                    for pair in self.pairs[link.join.name]
                }
                if link.join.a == link.join.b:
                    raise Unsettled

    def _refuse_chains(self, model: Model, rows: Sequence[Row], changes: Sequence[Row]) -> None:
        """Keys that take rows along which point at them (ON UPDATE CASCADE) are looked at elsewhere."""
        for link in self.world.links[model.name].values():
            if link.owns or link.join is not None:
                continue
            if link.target == model.name and any(
                set(change) & set(link.local) and set(change) & set(link.remote) for change in changes
            ):
                raise Unsettled  # SQLite looks for the parent of such a row before it has its new key
            for row, change in zip(rows, changes, strict=True):
                if any(change.get(name, row[name]) != row[name] for name in link.local) and self.follow(
                    link, row
                ):
                    raise Unsettled

    def delete(self, model: Model, rows: Sequence[Row]) -> None:
        """Take rows away, with what hangs on them by CASCADE."""
        gone: dict[int, tuple[Model, Row]] = {id(row): (model, row) for row in rows}
        cleared: list[tuple[Relation, Row]] = []
        held: list[tuple[Relation, Row]] = []
        queue = list(gone.values())
        while queue:
            owner, row = queue.pop()
            for relation, child in self._children(owner, row):
                match relation.on_delete:
                    case "Cascade":
                        if id(child) not in gone:
                            gone[id(child)] = (self.world.model(relation.child), child)
                            queue.append(gone[id(child)])
                    case "SetNull":
                        cleared.append((relation, child))
                    case _:
                        held.append((relation, child))
        self._judge(gone, held, cleared)
        for owner, row in gone.values():
            self.rows[owner.name] = [each for each in self.rows[owner.name] if each is not row]
            self._unpair(owner, row)

    def _judge(self, gone: dict[int, Any], held: list[Any], cleared: list[Any]) -> None:
        if any(id(child) not in gone for _, child in held):
            raise Refused("P2003")
        if held:
            raise Unsettled  # whether the child or its parent goes first
        for relation, child in cleared:
            if id(child) in gone:
                continue
            owner = self.world.model(relation.child)
            child.update(dict.fromkeys(relation.fields))
            if (
                any(set(names) & set(relation.fields) for names in owner.keys.values())
                and len(relation.fields) > 1
            ):
                raise Unsettled

    def _children(self, model: Model, row: Row) -> Iterable[tuple[Relation, Row]]:
        for relation in self.world.relations:
            if relation.parent == model.name:
                values = [row[name] for name in relation.references]
                for child in self.rows[relation.child]:
                    if [child[name] for name in relation.fields] == values:
                        yield relation, child

    def _unpair(self, model: Model, row: Row) -> None:
        for join in self.world.joins:
            for place, owner in enumerate((join.a, join.b)):
                if owner == model.name:
                    key = row[model.key[0]]
                    self.pairs[join.name] = {pair for pair in self.pairs[join.name] if pair[place] != key}

    def pair(self, join: Join, first: Any, second: Any) -> None:
        """Relate two rows."""
        self.pairs[join.name].add((first, second))

    # ---- constraints -------------------------------------------------------------------------------------------------

    def _faults(self, model: Model, row: Row, but: tuple[int, ...], *, keys: bool = True) -> set[str]:
        codes: set[str] = set()
        if keys and self._is_duplicate(model, row, but):
            codes.add("P2002")
        if keys and self._orphaned(model, row):
            codes.add("P2003")
        return codes

    def _is_duplicate(self, model: Model, row: Row, but: tuple[int, ...]) -> bool:
        others = [each for each in self.rows[model.name] if id(each) not in but]
        return any(self._same_key(names, row, each) for names in model.keys.values() for each in others)

    def _same_key(self, names: Sequence[str], one: Row, other: Row) -> bool:
        return all(one[name] is not None and same(one[name], other[name]) for name in names)

    def _orphaned(self, model: Model, row: Row) -> bool:
        for relation in self.world.relations:
            if relation.child == model.name:
                values = [row[name] for name in relation.fields]
                if None in values:
                    continue
                parents = [*self.rows[relation.parent], *([row] if relation.parent == model.name else [])]
                if not any([each[name] for name in relation.references] == values for each in parents):
                    return True
        return False


def _initial(field: Any, given: Row) -> Any:
    return given.get(field.name, field.default)


def same(one: Any, other: Any) -> bool:
    """Equal as a database sees it: a truth value is no number."""
    return (isinstance(one, bool) == isinstance(other, bool)) and one == other
