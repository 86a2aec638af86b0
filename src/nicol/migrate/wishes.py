"""What people say about renames, and what comes of it: wishes from annotations and flags, met in a catalog."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from nicol.catalog import Catalog, ObjectName, Table
from nicol.diagnostics import suggestion
from nicol.dialects import changes as c
from nicol.dialects.dialect import Dialect
from nicol.migrate.renames import columns_renamed, listed_values, renamed, table_renamed
from nicol.schema.schema import Arity, Enum, EnumRef, Model, Schema


@dataclass(frozen=True, slots=True)
class Wish:
    """One rename that somebody asks for. `old` and `new` are names of a model or enum, or of what stands in `owner`.

    `old` is the database's name, `new` the schema's or the database's; `owner` is a model or enum by any of its names.
    `flag`: it was said on the command line, so that it has to come true.
    """

    old: str
    new: str
    owner: str | None = None
    flag: bool = False

    def __str__(self) -> str:
        return f"{self.owner}.{self.old}={self.new}" if self.owner else f"{self.old}={self.new}"


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish that found nothing to rename, and what was found instead. `done`: the new name is there and not the old.

    `meant`: the wish as it was likely meant, where a name in it is misspelt.
    """

    wish: Wish
    why: str
    done: bool = False
    meant: Wish | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """What came of wishes: renames in the order in which they are made, and the wishes that found nothing to rename.

    `untraced` are renames that leave no trace in a catalog: whether they
    were made already, only the rows or the history can tell.
    """

    renames: tuple[c.Rename, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    untraced: frozenset[c.Rename] = frozenset()


def parse_wish(text: str) -> Wish | None:
    """`User.name=fullName`, `User=Account`, `Role.USER=MEMBER`; None for what is not written so."""
    left, equals, new = (part.strip() for part in text.partition("="))
    owner, dot, old = left.rpartition(".")
    if not equals or not old or not new or (dot and not owner):
        return None
    head, _, tail = new.rpartition(".")
    return Wish(old, tail if head else new, owner or None, flag=True)


def wishes_of(schema: Schema) -> tuple[Wish, ...]:
    """The renames that a schema's annotations tell of."""
    return (*_of_models(schema.models), *_of_enums(schema.enums))


def _of_models(models: Iterable[Model]) -> Iterator[Wish]:
    for model in models:
        if model.renamed_from is not None:
            yield Wish(model.renamed_from, model.name)
        for field in model.scalars:
            if field.renamed_from is not None:
                yield Wish(field.renamed_from, field.name, model.name)


def _of_enums(enums: Iterable[Enum]) -> Iterator[Wish]:
    for enum in enums:
        if enum.renamed_from is not None:
            yield Wish(enum.renamed_from, enum.name)
        for value in enum.values:
            if value.renamed_from is not None:
                yield Wish(value.renamed_from, value.name, enum.name)


def meet(wishes: Iterable[Wish], schema: Schema, dialect: Dialect, before: Catalog, after: Catalog) -> Met:
    """The renames that wishes come to between two catalogs; `after` is what `lower` makes of the schema."""
    desk = _Desk(schema, dialect, before, after)
    left = list(dict.fromkeys(wishes))
    for of in (_tables, _enums, _moved, _join_tables, _columns, _values):
        of(desk, left)
    return Met(tuple(desk.renames), tuple(desk.unmet), frozenset(desk.untraced))


class _Desk:
    """The catalog as it is after the renames that were found so far."""

    def __init__(self, schema: Schema, dialect: Dialect, before: Catalog, after: Catalog) -> None:
        self.schema = schema
        self.dialect = dialect
        self.held = before
        self.after = after
        self.tables = {table.key: table for table in before.tables}
        self.wanted = {table.key: table for table in after.tables}
        self.renames: list[c.Rename] = []
        self.unmet: list[Unmet] = []
        self.former: dict[str, str] = {}
        self.untraced: set[c.Rename] = set()

    @property
    def blocks(self) -> tuple[str, ...]:
        """The names of models and enums."""
        return tuple(block.name for block in (*self.schema.models, *self.schema.enums))

    def make(self, *renames: c.Rename) -> None:
        self.renames += renames
        self.held = renamed(self.held, renames)
        self.tables = {table.key: table for table in self.held.tables}

    def model(self, name: str) -> Model | None:
        """The model of a name: the schema's own, the table's, or what the table was called before."""
        models = self.schema.models
        named = next((model for model in models if model.name == name), None)
        return named or next((model for model in models if name in self.names(model.mapped)), None)

    def enum(self, name: str) -> Enum | None:
        enums = self.schema.enums
        named = next((enum for enum in enums if enum.name == name), None)
        return named or next((enum for enum in enums if name in self.names(enum.mapped)), None)

    def names(self, mapped: str) -> set[str]:
        """A database name, and what it was before the renames."""
        found = {mapped, *(old for old, new in self.former.items() if new == mapped)}
        for rename in reversed(self.renames):
            if isinstance(rename, c.RenameTable | c.RenameEnum) and rename.after.name in found:
                found.add(rename.before.name)
        return found


# ---- tables and enum types -------------------------------------------------------------------------------------------


def _tables(desk: _Desk, wishes: list[Wish]) -> None:
    """In an order in which each new name is free; a circle that was asked for goes by way of a third name."""
    asked = {
        wish: model for wish in wishes if wish.owner is None and (model := desk.model(wish.new)) is not None
    }
    for wish in asked:
        wishes.remove(wish)
    held = {table.key for table in desk.held.tables}
    left = {wish: _found(wish.old, model.namespace, held) for wish, model in asked.items()}
    while left:
        wish = next((wish for wish, old in left.items() if old and _is_free(desk, asked[wish])), None)
        if wish is not None:
            _rename_table(desk, left.pop(wish), asked[wish].mapped, asked[wish].namespace)
            continue
        leaving = set(left.values())
        wish = next(
            (wish for wish in left if wish.flag and left[wish] and _key(asked[wish]) in leaving), None
        )
        if wish is None:
            break
        old = left[wish]
        left[wish] = ObjectName(f"nicol_renaming_{wish.old}", old.namespace if old else None)
        _rename_table(desk, old, f"nicol_renaming_{wish.old}", old.namespace if old else None)
    for wish, old in left.items():
        taken = not _is_free(desk, asked[wish])
        desk.unmet.append(
            _lost(wish, "table", asked[wish].mapped, _names(held), held=old is not None, taken=taken)
        )


def _key(model: Model) -> ObjectName:
    return ObjectName(model.mapped, model.namespace)


def _is_free(desk: _Desk, model: Model) -> bool:
    return _key(model) not in desk.tables


def _rename_table(desk: _Desk, old: ObjectName | None, name: str, namespace: str | None) -> None:
    table = desk.tables.get(old) if old else None
    if table is not None:
        desk.make(table_renamed(table, ObjectName(name, namespace)))


def _enums(desk: _Desk, wishes: list[Wish]) -> None:
    asked = {
        wish: enum for wish in wishes if wish.owner is None and (enum := desk.enum(wish.new)) is not None
    }
    for wish, enum in asked.items():
        wishes.remove(wish)
        if not desk.dialect.has_enums:
            desk.former[wish.old] = enum.mapped  # nothing in the database bears its name
            continue
        new = ObjectName(enum.mapped, enum.namespace)
        keys = [each.key for each in desk.held.enums]
        old = _found(wish.old, enum.namespace, keys)
        if old is None or new in keys:
            desk.unmet.append(
                _lost(wish, "enum", new.name, _names(keys), held=old is not None, taken=new in keys)
            )
        else:
            desk.make(c.RenameEnum(old, new))
    for wish in [wish for wish in wishes if wish.owner is None]:
        wishes.remove(wish)
        near = suggestion(wish.new, desk.blocks)
        why = f"the schema has no model and no enum {wish.new}"
        desk.unmet.append(Unmet(wish, why, meant=replace(wish, new=near) if near else None))


def _found(name: str, namespace: str | None, keys: Iterable[ObjectName]) -> ObjectName | None:
    """The thing of a name, in the namespace itself or else in the only other one that has such a thing."""
    named = [key for key in keys if key.name == name]
    own = [key for key in named if key.namespace == namespace]
    return own[0] if own else named[0] if len(named) == 1 else None


def _lost(wish: Wish, kind: str, new: str, names: Iterable[str], *, held: bool, taken: bool) -> Unmet:
    """`held`: the old name is there; `taken`: the new one is; `names`: those that are there."""
    if held:
        return Unmet(wish, f"there is a {kind} {new} already")
    near = suggestion(wish.old, (name for name in names if name != new))
    meant = replace(wish, old=near) if near and not taken else None
    return Unmet(wish, f"there is no {kind} {wish.old}", taken, meant)


def _names(keys: Iterable[ObjectName]) -> list[str]:
    return [key.name for key in keys]


# ---- namespaces --------------------------------------------------------------------------------------------------------


def _moved(desk: _Desk, _: list[Wish]) -> None:
    """A table or type of the same name in another namespace is the same one, if it is the only one that left its own."""
    if not desk.dialect.namespaces:
        return
    for key in [key for key in desk.wanted if key not in desk.tables]:
        old = _left(key, desk.tables, desk.wanted)
        table = desk.tables.get(old) if old else None
        if table is not None:
            desk.make(table_renamed(table, key))
    types = [enum.key for enum in desk.after.enums]
    for key in types:
        if (old := _left(key, [enum.key for enum in desk.held.enums], types)) is not None:
            desk.make(c.RenameEnum(old, key))


def _left(key: ObjectName, held: Collection[ObjectName], wanted: Collection[ObjectName]) -> ObjectName | None:
    """The thing of the same name that is wanted here and no longer there."""
    if key in held:
        return None
    gone = [each for each in held if each.name == key.name and each not in wanted]
    come = [each for each in wanted if each.name == key.name and each not in held]
    return gone[0] if len(gone) == len(come) == 1 else None


# ---- tables of implicit m:n relations ----------------------------------------------------------------------------------


def _join_tables(desk: _Desk, _: list[Wish]) -> None:
    """They are called after their models, and so are their columns: the first in the alphabet is A."""
    wanted = {table.key: table for table in desk.after.tables if is_join_table(table)}
    for table in [table for table in desk.held.tables if is_join_table(table)]:
        ends = _ends(table)
        if not ends:
            continue
        if table.key not in wanted:
            free = [
                new for new in wanted.values() if new.key not in desk.tables and set(_ends(new)) == set(ends)
            ]
            if len(free) != 1:
                continue
            desk.make(table_renamed(table, free[0].key))
            _turned(desk, free[0], ends)
        else:
            _turned(desk, wanted[table.key], ends)


def _turned(desk: _Desk, wanted: Table, ends: tuple[ObjectName, ...]) -> None:
    """A model that was renamed may have changed places with the other one: its column keeps its ids."""
    table = desk.tables.get(wanted.key)
    if table is not None and ends[0] != ends[1] and ends == _ends(wanted)[::-1]:
        desk.make(*columns_renamed(table, {"A": "B", "B": "A"}))


def is_join_table(table: Table) -> bool:
    """True for the table of an implicit m:n relation."""
    return table.name.startswith("_") and {column.name for column in table.columns} == {"A", "B"}


def _ends(table: Table) -> tuple[ObjectName, ...]:
    """The tables that A and B lead to; empty where no foreign keys tell."""
    keys = {key.columns: ObjectName(key.table, key.namespace) for key in table.foreign_keys}
    return (keys["A",], keys["B",]) if ("A",) in keys and ("B",) in keys else ()


# ---- columns and values ----------------------------------------------------------------------------------------------


def _columns(desk: _Desk, wishes: list[Wish]) -> None:
    for model in desk.schema.models:
        asked = [wish for wish in wishes if wish.owner is not None and desk.model(wish.owner) == model]
        pairs: dict[str, str] = {}
        table = desk.tables.get(_key(model))
        for wish in asked:
            wishes.remove(wish)
            new = _mapped(model, wish.new)
            if new is None:
                near = suggestion(wish.new, (field.name for field in model.scalars))
                meant = replace(wish, new=near) if near else None
                why = f"the model {model.name} has no field {wish.new}"
                desk.unmet.append(Unmet(wish, why, meant=meant))
            elif table is None:
                desk.unmet.append(Unmet(wish, f"there is no table {model.mapped}"))
            else:
                pairs[wish.old] = new
        if table is not None:
            pairs = {**_crossed(desk, table), **pairs}
            by_name = {new: Wish(old, new, model.name) for old, new in pairs.items()}
            by_name |= {new: wish for wish in asked if (new := _mapped(model, wish.new)) is not None}
            _rename_columns(desk, table, pairs, by_name)


def _crossed(desk: _Desk, table: Table) -> dict[str, str]:
    """The columns of a table that was or becomes that of an implicit m:n relation, by the tables that they lead to."""
    wanted = desk.wanted.get(table.key)
    if wanted is None or _is_pair(table) == _is_pair(wanted):
        return {}
    old, new = _leads(table), _leads(wanted)
    return {old[end]: new[end] for end in old if end in new}


def _is_pair(table: Table) -> bool:
    return {column.name for column in table.columns} == {"A", "B"}


def _leads(table: Table) -> dict[ObjectName, str]:
    """The only column that leads to each table."""
    leads = [
        (ObjectName(key.table, key.namespace), key.columns[0])
        for key in table.foreign_keys
        if len(key.columns) == 1
    ]
    ends = [end for end, _ in leads]
    return {end: column for end, column in leads if ends.count(end) == 1}


def _mapped(model: Model, name: str) -> str | None:
    found = next((field for field in model.scalars if field.name == name), None) or next(
        (field for field in model.scalars if field.mapped == name), None
    )
    return found.mapped if found else None


def _rename_columns(desk: _Desk, table: Table, pairs: dict[str, str], wishes: dict[str, Wish]) -> None:
    held = {column.name for column in table.columns}
    made = _possible(pairs, held)
    circle = {old: new for old, new in pairs.items() if old not in made and old in held and wishes[new].flag}
    made |= {old: new for old, new in circle.items() if new in circle}
    for old, new in pairs.items():
        if old not in made:
            desk.unmet.append(_lost(wishes[new], "column", new, held, held=old in held, taken=new in held))
    desk.make(*columns_renamed(table, made))


def _possible(pairs: dict[str, str], held: set[str]) -> dict[str, str]:
    """A column can take a name that is free, or that of a column which leaves it."""
    made: dict[str, str] = {}
    while True:
        more = {
            old: new
            for old, new in pairs.items()
            if old not in made and old in held and (new not in held or new in made)
        }
        if not more:
            return made
        made |= more


def _values(desk: _Desk, wishes: list[Wish]) -> None:
    for wish in list(wishes):
        wishes.remove(wish)
        enum = desk.enum(wish.owner or "")
        if enum is None:
            near = suggestion(wish.owner or "", desk.blocks)
            why = f"the schema has no model and no enum {wish.owner}"
            desk.unmet.append(Unmet(wish, why, meant=replace(wish, owner=near) if near else None))
            continue
        value = next((each for each in enum.values if wish.new in (each.name, each.mapped)), None)
        if value is None:
            near = suggestion(wish.new, (each.name for each in enum.values))
            why = f"the enum {enum.name} has no value {wish.new}"
            desk.unmet.append(Unmet(wish, why, meant=replace(wish, new=near) if near else None))
        elif desk.dialect.has_enums:
            _rename_value(desk, wish, enum, value.mapped)
        else:
            _rewrite_value(desk, wish, enum, value.mapped)


def _rename_value(desk: _Desk, wish: Wish, enum: Enum, new: str) -> None:
    held = next(
        (each for each in desk.held.enums if (each.name, each.namespace) == (enum.mapped, enum.namespace)),
        None,
    )
    if held is None or wish.old not in held.values or new in held.values:
        values = held.values if held is not None else ()
        desk.unmet.append(_lost(wish, "value", new, values, held=wish.old in values, taken=new in values))
    else:
        desk.make(c.RenameEnumValue(held.key, wish.old, new))


def _rewrite_value(desk: _Desk, wish: Wish, enum: Enum, new: str) -> None:
    """Every column of the enum is told, unless a check on it says that it knows the new name already."""
    found: list[c.Rename] = []
    for model in desk.schema.models:
        for field in model.scalars:
            table = desk.tables.get(_key(model))
            if field.type != EnumRef(enum.name) or table is None or table.column(field.mapped) is None:
                continue
            listed = dict(each for check in table.checks if (each := listed_values(check)) is not None)
            values = listed.get(field.mapped)
            rewrite = c.RewriteValue(table.key, field.mapped, wish.old, new, field.arity is Arity.LIST)
            if values is None:
                desk.untraced.add(rewrite)
            if values is None or (wish.old in values and new not in values):
                found.append(rewrite)
    if found:
        desk.make(*found)
    else:
        desk.unmet.append(Unmet(wish, f"no column holds the value {wish.old}", done=True))
