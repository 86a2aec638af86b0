"""Reads many rows at once: those of the same fields together, as a list of values for each, and what hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeAlias

from nicol.query.faults import invalid, unknown
from nicol.query.models import Field, Link, Model, Models
from nicol.query.query import Beside, Bulk, ConnectBeside, CreateBeside, Rows
from nicol.query.read.kinds import is_dict, is_list
from nicol.query.read.where import Values
from nicol.schema.schema import Arity

Places: TypeAlias = Sequence[int]
Columns: TypeAlias = list[list[Any]]


def read_bulk(models: Models, model: Model, given: Any, values: Values, *, plain: bool = False) -> Bulk:
    """Many new rows with what hangs on them; `plain`: nothing may."""
    if not is_list(given):
        raise invalid(f"`data` of model `{model.name}` must be a list of dictionaries", model=model.name)
    sorted_rows = _Sorter(model, plain=plain)
    if not sorted_rows.take_alike(given):
        for place, row in enumerate(given):
            sorted_rows.take(place, row)
    rows = tuple(shape.rows(len(given), values) for shape in sorted_rows.shapes)
    before, after = _beside(models, sorted_rows.acts, values)
    return Bulk(rows, before, after)


# ---- rows of one shape -------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Shape:
    """Rows that give the same fields, themselves or by a relation."""

    fields: tuple[Field, ...]
    links: tuple[str, ...]
    places: Places = ()
    given: Sequence[dict[str, Any]] = ()

    def add(self, place: int, row: dict[str, Any]) -> None:
        """One more row."""
        if not isinstance(self.places, list) or not isinstance(self.given, list):
            self.places, self.given = list(self.places), list(self.given)
        self.places.append(place)
        self.given.append(row)

    def rows(self, count: int, values: Values) -> Rows:
        """The rows as a node; the places of all rows are a range."""
        places: Places = range(count) if len(self.places) == count else self.places
        columns: Columns = [self._column(each) for each in self.fields]
        values.append((places, columns))
        return Rows(tuple(each.name for each in self.fields), len(values) - 1, self.links)

    def _column(self, of: Field) -> list[Any]:
        name = of.name
        column = [row[name] for row in self.given]
        if of.arity is Arity.LIST:
            return [each["set"] if is_dict(each) and tuple(each) == ("set",) else each for each in column]
        return column


class _Sorter:
    """Puts rows to those of their shape, whatever the order of their keys."""

    def __init__(self, model: Model, *, plain: bool) -> None:
        self._model = model
        self._plain = plain
        self._known: dict[tuple[str, ...], tuple[_Shape, tuple[Link, ...]]] = {}
        self._shapes: dict[frozenset[str], _Shape] = {}
        self.acts: dict[str, tuple[Link, list[Item]]] = {}

    @property
    def shapes(self) -> Iterable[_Shape]:
        """The shapes there are, in the order of their first rows, but those first that point at no row of the same model."""
        own = self._model.own
        if not own or len(self._shapes) < 2:
            return self._shapes.values()
        return sorted(
            self._shapes.values(), key=lambda shape: any(field.name in own for field in shape.fields)
        )

    def take_alike(self, rows: Sequence[Any]) -> bool:
        """All rows at once, where they have the same keys in the same order, as they mostly have."""
        if not rows or not is_dict(rows[0]):
            return False
        names = tuple(rows[0])
        if any(type(row) is not dict or tuple(row) != names for row in rows):
            return False
        shape, links = self._new(names)
        shape.places = range(len(rows))
        shape.given = rows
        for link in links:
            self.acts[link.name] = (link, [(place, row[link.name]) for place, row in enumerate(rows)])
        return True

    def take(self, place: int, row: Any) -> None:
        """One row."""
        if not is_dict(row):
            raise invalid(
                f"a row of model `{self._model.name}` must be a dictionary, not {type(row).__name__} (`data[{place}]`)",
                model=self._model.name,
            )
        names = tuple(row)
        shape, links = self._known.get(names) or self._new(names)
        shape.add(place, row)
        for link in links:
            self.acts.setdefault(link.name, (link, []))[1].append((place, row[link.name]))

    def _new(self, names: tuple[str, ...]) -> tuple[_Shape, tuple[Link, ...]]:
        model = self._model
        for name in names:
            if name not in model.fields and (self._plain or name not in model.links):
                self._refuse(name)
            if name in model.fields:
                refuse_generated(model, model.fields[name])
        links = tuple(model.links[name] for name in names if name in model.links)
        owned = tuple(link.name for link in links if link.owns)
        fields = tuple(model.fields[name] for name in names if name in model.fields)
        same = frozenset((*(each.name for each in fields), *owned))
        shape = self._shapes.setdefault(same, _Shape(fields, owned))
        self._known[names] = (shape, links)
        return shape, links

    def _refuse(self, name: str) -> None:
        model = self._model
        if name in model.links:
            raise invalid(
                f"`{name}` is a relation: rows have scalar fields only here",
                model=model.name,
                fields=(name,),
                hint="give the field of the foreign key itself",
            )
        known = model.fields if self._plain else (*model.fields, *model.links)
        unknown("field in `data`", name, known, model=model.name)


def refuse_generated(model: Model, given: Field) -> None:
    """Nobody writes what the database computes."""
    if given.generated:
        raise invalid(
            f"`{model.name}.{given.name}` is generated by the database and cannot be written",
            model=model.name,
            fields=(given.name,),
            hint="write the fields that it is computed from",
        )


# ---- relations ---------------------------------------------------------------------------------------------------

Item: TypeAlias = tuple[int, Any]
"""What one row's act is about, and the place of the row."""


def _beside(
    models: Models, acts: Mapping[str, tuple[Link, list[Item]]], values: Values
) -> tuple[tuple[Beside, ...], tuple[Beside, ...]]:
    before: list[Beside] = []
    after: list[Beside] = []
    for link, given in acts.values():
        found = before if link.owns else after
        for word, items in _by_word(link, given).items():
            found.extend(_READERS[word](models, link, items, values))
    return tuple(before), tuple(after)


def _by_word(link: Link, given: Iterable[Item]) -> dict[str, list[Item]]:
    """The acts of all rows on one relation, those of the same word together."""
    words: dict[str, list[Item]] = {}
    allowed = {word: None for word in _READERS if link.many or word != "create_many"}
    for place, acts in given:
        if not is_dict(acts):
            raise invalid(
                f"`{link.model}.{link.name}` is a relation: give a dictionary such as {{'connect': …}} or {{'create': …}}",
                model=link.model,
                fields=(link.name,),
                code="P2012" if acts is None else None,
            )
        for word, value in acts.items():
            if word not in allowed:
                unknown(f"act on relation `{link.name}`", word, allowed, model=link.model, field=link.name)
            refuse_view(link, word)
            words.setdefault(word, []).append((place, value))
    if link.owns:
        _refuse_two(link, words)
    return words


def refuse_view(link: Link, word: str) -> None:
    """Nobody writes the rows of a view: a relation to one can at most have its key written, where that is on this side."""
    if link.to_view and not (link.owns and word in _OF_KEYS):
        raise invalid(
            f"`{word}` of relation `{link.model}.{link.name}` would write rows of the view `{link.target}`, which is only read",
            model=link.model,
            fields=(link.name,),
            hint="write the tables that the view reads",
        )


_OF_KEYS = ("connect", "disconnect")


def _refuse_two(link: Link, words: Mapping[str, list[Item]]) -> None:
    """A row points at one row only."""
    places = [place for items in words.values() for place, _ in items]
    if len(set(places)) != len(places):
        raise invalid(f"`{link.model}.{link.name}` is given twice", model=link.model, fields=(link.name,))


def _single(link: Link, items: Iterable[Item]) -> Iterable[Item]:
    """Each thing of a list for itself, where there can be many."""
    for place, value in items:
        yield from zip(repeat(place), value if link.many and is_list(value) else [value])


def _create(models: Models, link: Link, items: list[Item], values: Values) -> list[Beside]:
    given = list(_single(link, items))
    return [_created(models, link, given, values)] if given else []


def _created(
    models: Models, link: Link, given: list[Item], values: Values, *, skip: bool = False
) -> CreateBeside:
    values.append([place for place, _ in given])
    slot = len(values) - 1
    rows = [row for _, row in given]
    return CreateBeside(link.name, slot, read_bulk(models, models.target(link), rows, values), skip)


def _create_many(models: Models, link: Link, items: list[Item], values: Values) -> list[Beside]:
    found: dict[bool, list[Item]] = {}
    for place, value in items:
        data, skip = part(link, "create_many", value, ("data", "skip_duplicates"), ("skip_duplicates",))
        if not is_list(data):
            raise invalid(
                f"`data` of model `{link.target}` must be a list of dictionaries", model=link.target
            )
        found.setdefault(bool(skip), []).extend(zip(repeat(place), data))
    return [_created(models, link, given, values, skip=skip) for skip, given in found.items()]


def connect_all(models: Models, link: Link, items: list[Item], values: Values) -> list[Beside]:
    """Rows that are pointed at, or moved, by the rows of some places."""
    target = models.target(link)
    found: dict[tuple[str, ...], tuple[list[int], list[tuple[Any, ...]]]] = {}
    for place, where in _single(link, items):
        fields, key = whole_key(target, where, "connect")
        places, keys = found.setdefault(fields, ([], []))
        places.append(place)
        keys.append(key)
    return [
        ConnectBeside(link.name, fields, _keyed(link, places, keys, values))
        for fields, (places, keys) in found.items()
    ]


def _keyed(link: Link, places: list[int], keys: list[tuple[Any, ...]], values: Values) -> int:
    if not link.owns and link.through is None and _has_twins(keys):
        raise invalid(
            f"a record is given twice to `{link.model}.{link.name}`, but belongs to one only",
            model=link.model,
            fields=(link.name,),
        )
    values.append((places, [list(column) for column in zip(*keys, strict=True)]))
    return len(values) - 1


def _has_twins(keys: list[tuple[Any, ...]]) -> bool:
    try:
        return len(set(keys)) != len(keys)
    except TypeError:  # what is no value of a key is told when it crosses
        return False


def connect_or_create_all(models: Models, link: Link, items: list[Item], values: Values) -> list[Beside]:
    """Rows that are made where they are not there, and belong to the rows of some places."""
    target = models.target(link)
    found: dict[tuple[str, ...], tuple[list[int], list[tuple[Any, ...]], list[Any]]] = {}
    for place, value in _single(link, items):
        where, create = part(link, "connect_or_create", value, ("where", "create"))
        fields, key = whole_key(target, where, "connect_or_create")
        _same_key(target, link, fields, key, create)
        places, keys, rows = found.setdefault(fields, ([], [], []))
        places.append(place)
        keys.append(key)
        rows.append(create)
    acts: list[Beside] = []
    for fields, (places, keys, rows) in found.items():
        slot = _keyed(link, places, keys, values)
        acts.append(
            ConnectBeside(link.name, fields, slot, read_bulk(models, target, rows, values, plain=True))
        )
    return acts


def _same_key(target: Model, link: Link, fields: tuple[str, ...], key: tuple[Any, ...], create: Any) -> None:
    """A row that is made must be the one that is looked for, or else nobody could say which one belongs to whom."""
    if is_dict(create) and any(
        name not in create or create[name] != value for name, value in zip(fields, key, strict=True)
    ):
        raise invalid(
            f"`create` of `connect_or_create` of `{link.model}.{link.name}` must give the key the values of `where`",
            model=target.name,
            fields=fields,
        )


_Reader: TypeAlias = Callable[[Models, Link, list[Item], Values], list[Beside]]
_READERS: Mapping[str, _Reader] = {
    "create": _create,
    "create_many": _create_many,
    "connect": connect_all,
    "connect_or_create": connect_or_create_all,
}


# ---- parts -------------------------------------------------------------------------------------------------------


def part(
    link: Link, word: str, given: Any, names: tuple[str, ...], optional: tuple[str, ...] = ()
) -> list[Any]:
    """The named parts of one act, in order; those that may be missing are None."""
    place = f"`{word}` of relation `{link.model}.{link.name}`"
    if not is_dict(given):
        raise invalid(
            f"{place} must be a dictionary with {', '.join(f'`{name}`' for name in names)}", model=link.model
        )
    for name in given:
        if name not in names:
            unknown(f"part of {place}", name, names, model=link.model, field=link.name)
    for name in names:
        if name not in given and name not in optional:
            raise invalid(f"{place} needs `{name}`", model=link.model, fields=(link.name,), code="P2012")
    return [given.get(name) for name in names]


def whole_key(model: Model, where: Any, word: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The fields of a unique key and its values; nothing may stand beside it."""
    if is_dict(where) and len(where) == 1:
        ((name, value),) = where.items()
        fields = model.keys.get(name, ())
        if len(fields) == 1 and value is not None and not is_dict(value):
            return fields, (value,)
        if len(fields) > 1 and is_dict(value) and set(value) == set(fields) and None not in value.values():
            return fields, tuple(value[each] for each in fields)
    keys = ", ".join(f"`{name}`" for name in model.keys)
    raise invalid(
        f"`{word}` of model `{model.name}` takes one unique key and nothing else where many rows are written at once: {keys}",
        model=model.name,
    )
