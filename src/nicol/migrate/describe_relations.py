"""From foreign keys and join tables back to relations, with the names of Prisma's introspection where the schema has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from nicol.catalog import Action, Catalog, ForeignKey, ObjectName, Table
from nicol.dialects.dialect import Dialect
from nicol.migrate.describe_names import free_name
from nicol.schema.constraint_names import shortened
from nicol.schema.schema import (
    Arity,
    Field,
    ForeignKeyRelation,
    JoinTableRelation,
    Model,
    ReferentialAction,
    Relation,
    RelationField,
    ScalarField,
    Schema,
)

_ACTIONS = {
    Action.CASCADE: ReferentialAction.CASCADE,
    Action.RESTRICT: ReferentialAction.RESTRICT,
    Action.NO_ACTION: ReferentialAction.NO_ACTION,
    Action.SET_NULL: ReferentialAction.SET_NULL,
    Action.SET_DEFAULT: ReferentialAction.SET_DEFAULT,
}


@dataclass(frozen=True, slots=True)
class Related:
    """Models and views with their relation fields, the relations, and what could not be said."""

    models: tuple[Model, ...]
    views: tuple[Model, ...]
    relations: tuple[Relation, ...]
    remarks: tuple[str, ...]


def join_tables(catalog: Catalog, present: Schema) -> tuple[Table, ...]:
    """The tables of implicit m:n relations: `_Name`, whose columns A and B point at single ids, and nothing else."""
    models = {model.mapped for model in present.models}
    return tuple(table for table in catalog.tables if table.name not in models and _is_join(table, catalog))


def _is_join(table: Table, catalog: Catalog) -> bool:
    if [column.name for column in table.columns] != ["A", "B"] or not table.name.startswith("_"):
        return False
    uniques = [table.primary_key.columns] if table.primary_key else []
    uniques += [tuple(column.name for column in index.columns) for index in table.indexes if index.unique]
    ends = {key.columns for key in table.foreign_keys if _is_of_id(key, catalog)}
    return any(set(columns) == {"A", "B"} for columns in uniques) and ends == {("A",), ("B",)}


def _is_of_id(key: ForeignKey, catalog: Catalog) -> bool:
    target = catalog.table(key.table, key.namespace)
    return bool(target and target.primary_key and target.primary_key.columns == key.references)


def related(
    models: Mapping[ObjectName, Model],
    views: Sequence[Model],
    tables: list[Table],
    joins: tuple[Table, ...],
    dialect: Dialect,
    present: Schema,
) -> Related:
    """Find the relations between models and views that have only scalar fields yet."""
    finder = _Finder(models, dialect, present)
    for table in tables:
        finder.keys(table)
    for table in joins:
        finder.join(table)
    names = frozenset(view.name for view in views)
    emulated = present.datasource is not None and present.datasource.relation_mode == "prisma"
    readable = {each.name: each for each in (*models.values(), *views)}
    finder.keep_without_keys(readable, readable.keys() if emulated else names)
    sides = _Sides(readable, present)
    for relation in finder.named():
        sides.add(relation, is_ambiguous=finder.is_ambiguous(relation))
    whole = sides.models()
    return Related(
        tuple(each for each in whole if each.name not in names),
        tuple(each for each in whole if each.name in names),
        tuple(sides.relations),
        tuple(finder.remarks),
    )


_Ends: TypeAlias = tuple[str, tuple[str, ...], str]


def _has(model: Model, fields: tuple[str, ...]) -> bool:
    return {field.name for field in model.scalars}.issuperset(fields)


@dataclass(slots=True)
class _Finder:
    """Makes relations of keys; each bears the name that the present schema gives it, or none yet."""

    models_by_table: Mapping[ObjectName, Model]
    dialect: Dialect
    present: Schema
    found: list[Relation] = field(default_factory=list[Relation])
    remarks: list[str] = field(default_factory=list[str])
    pairs: Counter[frozenset[str]] = field(default_factory=Counter[frozenset[str]])
    held: dict[_Ends, list[ForeignKeyRelation]] = field(default_factory=dict[_Ends, list[ForeignKeyRelation]])
    joins: dict[tuple[str, str, str], JoinTableRelation] = field(
        default_factory=dict[tuple[str, str, str], JoinTableRelation]
    )

    def __post_init__(self) -> None:
        for each in self.present.relations:
            match each:
                case ForeignKeyRelation():
                    self.held.setdefault((each.child, each.fields, each.parent), []).append(each)
                case JoinTableRelation():
                    self.joins[(each.mapped, each.a, each.b)] = each

    def join(self, table: Table) -> None:
        keys = {key.columns[0]: key for key in table.foreign_keys}
        a, b = (
            self.models_by_table[ObjectName(keys[side].table, keys[side].namespace)].name for side in "AB"
        )
        name = table.name[1:]
        present = self.joins.get((table.name, a, b))
        self.found.append(present or JoinTableRelation(name, a, "", b, "", table.name))

    def keys(self, table: Table) -> None:
        child = self.models_by_table[table.key]
        for key in table.foreign_keys:
            parent = self.models_by_table.get(ObjectName(key.table, key.namespace))
            relation = self.relation(child, parent, key) if parent else None
            if relation is None:
                shown = key.name or ", ".join(key.columns)
                self.remarks.append(f"the foreign key {shown} of `{child.name}` cannot be a relation")
            else:
                self.found.append(relation)

    def relation(self, child: Model, parent: Model, key: ForeignKey) -> ForeignKeyRelation | None:
        """The relation of a foreign key; None where the language allows none: no unique criterion, or other types."""
        of_child = {each.mapped: each for each in child.scalars}
        of_parent = {each.mapped: each for each in parent.scalars}
        if not key.references or any(name not in of_parent for name in key.references):
            return None
        fields = tuple(of_child[name] for name in key.columns)
        references = tuple(of_parent[name] for name in key.references)
        if [each.type for each in fields] != [each.type for each in references]:
            return None
        if frozenset(each.name for each in references) not in set(_criteria(parent)):
            return None
        names = tuple(each.name for each in fields)
        usual = shortened("_".join((child.mapped, *key.columns)), self.dialect.name_limit, "_fkey")
        made = ForeignKeyRelation(
            name="",
            child=child.name,
            child_field="",
            fields=names,
            parent=parent.name,
            parent_field="",
            references=tuple(each.name for each in references),
            unique=frozenset(names) in set(_criteria(child)),
            on_delete=_ACTIONS[key.on_delete],
            on_update=_ACTIONS[key.on_update],
            mapped=key.name if key.name and key.name != usual else None,
        )
        return self.as_called(made)

    def as_called(self, made: ForeignKeyRelation) -> ForeignKeyRelation:
        """The relation with the names that the present schema gives it."""
        held = self.held.get((made.child, made.fields, made.parent))
        if not held:
            return made
        first = held.pop(0)
        return replace(made, name=first.name, child_field=first.child_field, parent_field=first.parent_field)

    def keep_without_keys(self, readable: Mapping[str, Model], loose: Collection[str]) -> None:
        """The database knows no relations of views, nor any that clients alone keep: they stay while their columns do.

        `loose`: the models and views that no key leads to.
        """
        for relation in (each for left in self.held.values() for each in left):
            child, parent = readable.get(relation.child), readable.get(relation.parent)
            is_loose = not set(relation.ends).isdisjoint(loose)
            if (
                child
                and parent
                and is_loose
                and _has(child, relation.fields)
                and _has(parent, relation.references)
            ):
                self.found.append(relation)

    def named(self) -> list[Relation]:
        """All relations with names of their own, where two models have several or one relates to itself."""
        taken = {relation.name for relation in self.found if relation.name}
        names: list[Relation] = []
        for relation in self.found:
            if isinstance(relation, ForeignKeyRelation):
                usual = "To".join(sorted((relation.child, relation.parent)))
                if not relation.name or (relation.name == usual and self.is_ambiguous(relation)):
                    given = f"{relation.child}_{'_'.join(relation.fields)}To{relation.parent}"
                    name = free_name(given if self.is_ambiguous(relation) else usual, taken)
                    taken.add(name)
                    relation = replace(relation, name=name)  # noqa: PLW2901 - the same relation, named
            names.append(relation)
        return names

    def is_ambiguous(self, relation: Relation) -> bool:
        """True when another relation has the same two ends, so that their names cannot tell them apart."""
        if not self.pairs:
            self.pairs = Counter(frozenset(each.ends) for each in self.found)
        return self.pairs[frozenset(relation.ends)] > 1


def _criteria(model: Model) -> Iterator[frozenset[str]]:
    if model.primary_key:
        yield frozenset(each.name for each in model.primary_key.fields)
    for unique in model.uniques:
        if unique.where is None:
            yield frozenset(each.name for each in unique.fields)


class _Sides:
    """Gives models the two fields of each relation, in the present order where there is one."""

    def __init__(self, models: dict[str, Model], present: Schema) -> None:
        self.own = models
        self.fields: dict[str, list[RelationField]] = {name: [] for name in models}
        self.present = {model.name: model for model in present.readable}
        self.relations: list[Relation] = []

    def add(self, relation: Relation, *, is_ambiguous: bool) -> None:
        match relation:
            case ForeignKeyRelation():
                self.add_key(relation, is_ambiguous=is_ambiguous)
            case JoinTableRelation():
                self.add_join(relation, is_ambiguous=is_ambiguous)

    def add_key(self, relation: ForeignKeyRelation, *, is_ambiguous: bool) -> None:
        child, parent = relation.child, relation.parent
        other = "other_" if child == parent else ""
        held = relation.child_field or self.free(child, parent, relation.name, is_ambiguous=is_ambiguous)
        optional = any(self.own[child].scalar(name).arity is Arity.OPTIONAL for name in relation.fields)
        self.put(child, held, parent, Arity.OPTIONAL if optional else Arity.REQUIRED, relation.name)
        back = relation.parent_field or self.free(
            parent, child, relation.name, is_ambiguous=is_ambiguous, prefix=other
        )
        self.put(parent, back, child, Arity.OPTIONAL if relation.unique else Arity.LIST, relation.name)
        self.relations.append(replace(relation, child_field=held, parent_field=back))

    def add_join(self, relation: JoinTableRelation, *, is_ambiguous: bool) -> None:
        a, b = relation.a, relation.b
        ends = ("_A", "_B") if a == b else ("", "")
        at_a = relation.a_field or self.free(a, b, relation.name, is_ambiguous=is_ambiguous, suffix=ends[0])
        self.put(a, at_a, b, Arity.LIST, relation.name)
        at_b = relation.b_field or self.free(b, a, relation.name, is_ambiguous=is_ambiguous, suffix=ends[1])
        self.put(b, at_b, a, Arity.LIST, relation.name)
        self.relations.append(replace(relation, a_field=at_a, b_field=at_b))

    def free(
        self,
        model: str,
        target: str,
        relation: str,
        *,
        is_ambiguous: bool,
        prefix: str = "",
        suffix: str = "",
    ) -> str:
        """The target's name; with the relation's where that does not tell enough."""
        taken = {each.name for each in (*self.own[model].fields, *self.fields[model])}
        taken |= {each.name for each in self.present[model].relations} if model in self.present else set()
        plain = f"{prefix}{target}{suffix}"
        is_plain = not is_ambiguous and plain not in taken
        return free_name(plain if is_plain else f"{prefix}{target}_{relation}{suffix}", taken)

    def put(self, model: str, name: str, target: str, arity: Arity, relation: str) -> None:
        present = self.present.get(model)
        was = present.field(name) if present else None
        ignored = self.own[target].ignored and not self.own[model].ignored
        if isinstance(was, RelationField):
            ignored = ignored or was.ignored
        documentation = was.documentation if was else None
        self.fields[model].append(RelationField(name, target, arity, relation, ignored, documentation))

    def models(self) -> tuple[Model, ...]:
        return tuple(self.whole(model) for model in self.own.values())

    def whole(self, model: Model) -> Model:
        present = self.present.get(model.name)
        places = {each.name: place for place, each in enumerate(present.fields)} if present else {}
        fields: tuple[Field, ...] = (*model.fields, *self.fields[model.name])
        kept = sorted((each for each in fields if each.name in places), key=lambda each: places[each.name])
        scalars = [each for each in fields if each.name not in places and isinstance(each, ScalarField)]
        others = [each for each in fields if each.name not in places and isinstance(each, RelationField)]
        last = max((at for at, each in enumerate(kept) if isinstance(each, ScalarField)), default=-1) + 1
        return replace(model, fields=(*kept[:last], *scalars, *kept[last:], *others))
