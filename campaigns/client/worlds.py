"""Random small schemas as values: every scalar, lists, enums, compound keys, every kind of relation.

The same chance makes the same world everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any

ENUM = "Kind"
MEMBERS = {"RED": "RED", "GREEN": "g", "BLUE": "BLUE"}
"""The enum's values, each with its name in the database."""

POOLS: dict[str, tuple[Any, ...]] = {
    "String": ("a", "b", "ab", "B", "", "a%b", "a_b", "\\", "it's", '"', "é", "É", "🙂 x", "aab"),
    "Int": (0, 1, 2, 3, -1, 7, 2**31 - 1, -(2**31)),
    "BigInt": (0, 1, -1, 2**53 + 1, -(2**40), 2**63 - 1),
    "Float": (0.0, 1.5, -2.25, 0.1, 1e10, 3.0),
    "Decimal": (Decimal(0), Decimal("1.5"), Decimal("-2.25"), Decimal("0.1"), Decimal("123456789012345678.125"), Decimal(10)),
    "Boolean": (True, False),
    "DateTime": (
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 1, 1, 0, 0, 0, 1000, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
        datetime(2999, 6, 1, 12, tzinfo=UTC),
    ),
    "Bytes": (b"", b"\x00", b"a", b"\xff\x00"),
    "Json": ({"k": 1}, [1, "a", None], "x", 5, True, {}, [], {"a": {"b": [1.5]}}),
    ENUM: tuple(MEMBERS),
}  # fmt: skip
"""Few values of each type, so that they meet again."""

NUMBERS = ("Int", "BigInt", "Float", "Decimal")
_KEYS = ("Int", "Int", "String", "BigInt")
_NAMES = ("name", "note", "rank", "price", "size", "made", "flag", "data", "code")
_MODELS = ("User", "Post", "Tag", "Item")


@dataclass(frozen=True)
class Field:
    """A scalar field."""

    name: str
    type: str
    optional: bool = False
    listed: bool = False
    unique: bool = False
    default: Any = None

    @property
    def comparable(self) -> bool:
        """True where values have an order that databases share."""
        return not self.listed and self.type not in ("Json", "Boolean", ENUM)


@dataclass(frozen=True)
class Relation:
    """A foreign key. `one`: at most one child for each parent."""

    name: str
    child: str
    child_field: str
    fields: tuple[str, ...]
    parent: str
    parent_field: str
    references: tuple[str, ...]
    optional: bool
    one: bool
    on_delete: str


@dataclass(frozen=True)
class Join:
    """An m:n relation."""

    name: str
    a: str
    a_field: str
    b: str
    b_field: str


@dataclass(frozen=True)
class Link:
    """A relation as one of its fields sees it."""

    name: str
    model: str
    target: str
    many: bool
    local: tuple[str, ...]
    remote: tuple[str, ...]
    owns: bool = False
    required: bool = False
    relation: Relation | None = None
    join: Join | None = None
    first: bool = True


@dataclass(frozen=True)
class Model:
    """A model: its scalars, foreign keys among them, and its key."""

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    uniques: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The scalars by name."""
        return {field.name: field for field in self.fields}

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Every unique key under the name that a `where` gives it."""
        single = [(field.name,) for field in self.fields if field.unique]
        return {"_".join(names): names for names in (self.key, *single, *self.uniques)}


@dataclass(frozen=True)
class World:
    """A schema. Its views show all rows of a model each, without its relations."""

    models: tuple[Model, ...]
    relations: tuple[Relation, ...] = ()
    joins: tuple[Join, ...] = ()
    portable: bool = True
    views: tuple[Model, ...] = ()

    def model(self, name: str) -> Model:
        """A model or a view by its name."""
        return next(model for model in (*self.models, *self.views) if model.name == name)

    @cached_property
    def links(self) -> dict[str, dict[str, Link]]:
        """Every relation field of every model."""
        found: dict[str, dict[str, Link]] = {model.name: {} for model in (*self.models, *self.views)}
        for link in self._links():
            found[link.model][link.name] = link
        return found

    def _links(self) -> Iterator[Link]:
        for each in self.relations:
            yield Link(each.child_field, each.child, each.parent, False, each.fields, each.references, True,
                       not each.optional, each)  # fmt: skip
            yield Link(each.parent_field, each.parent, each.child, not each.one, each.references, each.fields,
                       relation=each)  # fmt: skip
        for join in self.joins:
            mine, theirs = self.model(join.a).key, self.model(join.b).key
            yield Link(join.a_field, join.a, join.b, True, mine, theirs, join=join)
            yield Link(join.b_field, join.b, join.a, True, theirs, mine, join=join, first=False)


# ---- making ----------------------------------------------------------------------------------------------------------


def random_world(chance: Random) -> World:
    """A schema of one to four models."""
    portable = chance.random() < 0.8
    world = World((), portable=portable)
    for name in _MODELS[: chance.randint(1, 4)]:
        world = World((*world.models, _model(chance, name, portable)), portable=portable)
    world = _joined(chance, _related(chance, world))
    seen = [model for model in world.models if chance.random() < 0.3]
    return replace(world, views=tuple(map(_view, seen)))


def _view(model: Model) -> Model:
    fields = tuple(replace(field, default=None) for field in model.fields)
    return replace(model, name=f"Seen{model.name.lower()}", fields=fields)


def viewed(view: str) -> str:
    """The name of the model whose rows a view shows."""
    return view.removeprefix("Seen").title()


def _model(chance: Random, name: str, portable: bool) -> Model:
    if chance.random() < 0.25:
        key: tuple[Field, ...] = (Field("left", "Int"), Field("right", "String"))
    else:
        key = (Field("id", chance.choice(_KEYS)),)
    names = chance.sample(_NAMES, chance.randint(2, 5))
    fields = (*key, *(_field(chance, each, portable) for each in names))
    return Model(name, tuple(field.name for field in key), fields, _unique(chance, fields[len(key) :]))


def _field(chance: Random, name: str, portable: bool) -> Field:
    kind = chance.choice([*POOLS, "String", "Int"])
    if portable and kind not in ("Json", "Boolean", "Bytes") and chance.random() < 0.15:
        return Field(name, kind, listed=True)
    optional = chance.random() < 0.45
    unique = kind in ("String", "Int", "BigInt", "Bytes", "DateTime", "Decimal") and chance.random() < 0.2
    default = None
    if not optional and not unique and chance.random() < 0.3:
        default = chance.choice(
            [value for value in POOLS[kind] if kind not in ("DateTime", "Decimal")] or [None]
        )
    return Field(name, kind, optional, unique=unique, default=default)


def _unique(chance: Random, fields: tuple[Field, ...]) -> tuple[tuple[str, ...], ...]:
    able = [each.name for each in fields if each.type in ("String", "Int", ENUM) and not each.listed]
    return (tuple(able[:2]),) if len(able) > 1 and chance.random() < 0.4 else ()


def _related(chance: Random, world: World) -> World:
    models, relations = list(world.models), list[Relation]()
    for child in range(len(models)):
        for parent in range(child + 1):
            if chance.random() > 0.55:
                continue
            made, fields = _relation(
                chance, models[child], models[parent], len(relations), same=child == parent
            )
            relations.append(made)
            own = models[child]
            uniques = (*own.uniques, made.fields) if made.one and len(made.fields) > 1 else own.uniques
            models[child] = Model(own.name, own.key, (*own.fields, *fields), uniques)
    return World(tuple(models), tuple(relations), portable=world.portable)


def _relation(
    chance: Random, child: Model, parent: Model, number: int, *, same: bool
) -> tuple[Relation, list[Field]]:
    references = _referenced(chance, parent)
    optional, one = same or chance.random() < 0.5, chance.random() < 0.25
    fields = [
        Field(f"{parent.name.lower()}{number}{name.title()}", parent.by_name[name].type, optional,
              unique=one and len(references) == 1)
        for name in references
    ]  # fmt: skip
    actions = ("Cascade", "SetNull", "NoAction") if optional else ("Cascade", "NoAction", "Restrict")
    return (
        Relation(
            f"r{number}", child.name, f"{parent.name.lower()}{number}", tuple(field.name for field in fields),
            parent.name, f"{child.name.lower()}{number}back", references, optional, one, chance.choice(actions),
        ),
        fields,
    )  # fmt: skip


def _referenced(chance: Random, parent: Model) -> tuple[str, ...]:
    able = [each.name for each in parent.fields if each.unique and not each.optional and each.type != "Bytes"]
    return (chance.choice(able),) if able and chance.random() < 0.4 else parent.key


def _joined(chance: Random, world: World) -> World:
    able = [model for model in world.models if len(model.key) == 1]
    joins = [
        Join(f"j{n}{m}", able[n].name, f"to{n}{m}", able[m].name, f"from{n}{m}")
        for n in range(len(able))
        for m in range(n, len(able))
        if chance.random() < 0.4
    ]
    return World(world.models, world.relations, tuple(joins), world.portable)


# ---- spelling --------------------------------------------------------------------------------------------------------


def spelled(world: World) -> str:
    """The schema as text."""
    parts = [_spelled_model(world, model) for model in world.models]
    parts += [_spelled_model(world, view, word="view", key="unique") for view in world.views]
    members = "\n".join(f'  {name} @map("{mapped}")' for name, mapped in MEMBERS.items())
    return "\n".join([*parts, f"enum {ENUM} {{\n{members}\n}}\n"])


def _spelled_model(world: World, model: Model, word: str = "model", key: str = "id") -> str:
    lines = [_spelled_field(model, field, key) for field in model.fields]
    for each in world.relations:
        if each.child == model.name:
            mark = "?" if each.optional else ""
            lines.append(
                f'  {each.child_field} {each.parent}{mark} @relation("{each.name}", fields: [{", ".join(each.fields)}], '
                f"references: [{', '.join(each.references)}], onDelete: {each.on_delete})"
            )
        if each.parent == model.name:
            lines.append(
                f'  {each.parent_field} {each.child}{"?" if each.one else "[]"} @relation("{each.name}")'
            )
    for join in world.joins:
        for owner, name, target in ((join.a, join.a_field, join.b), (join.b, join.b_field, join.a)):
            if owner == model.name:
                lines.append(f'  {name} {target}[] @relation("{join.name}")')
    if len(model.key) > 1:
        lines.append(f"  @@{key}([{', '.join(model.key)}])")
    lines += [f"  @@unique([{', '.join(names)}])" for names in model.uniques]
    return f"{word} {model.name} {{\n" + "\n".join(lines) + "\n}\n"


def _spelled_field(model: Model, field: Field, key: str) -> str:
    mark = "[]" if field.listed else "?" if field.optional else ""
    words = [f"  {field.name} {field.type}{mark}"]
    words += [f"@{key}"] if model.key == (field.name,) else []
    words += ["@unique"] if field.unique and model.key != (field.name,) else []
    words += [f"@default({_literal(field)})"] if field.default is not None else []
    return " ".join(words)


def _literal(field: Field) -> str:
    value = field.default
    match field.type:
        case "Json":
            return json.dumps(json.dumps(value))
        case "Bytes":
            import base64

            return f'"{base64.b64encode(value).decode()}"'
        case "String":
            return json.dumps(value, ensure_ascii=False)
        case "Boolean":
            return "true" if value else "false"
        case "Float" | "Decimal":
            return format(Decimal(str(value)), "f")
        case _:
            return str(value)
