"""Random schemas as drafts, and what a few changes make of them. The same chance makes the same pair everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

KINDS = ("sqlite", "portable", "postgresql")

_SHARED: dict[str, tuple[str, ...]] = {
    "Int": ("0", "7"),
    "BigInt": ("0", "9007199254740993"),
    "Float": ("1.5",),
    "Decimal": ("1.50",),
    "Boolean": ("true", "false"),
    "String": ('""', '"it\'s"', '"a\\nb"'),
    "DateTime": ("now()", '"2020-01-02T03:04:05.678Z"'),
    "Json": ('"{}"', '"[1, \\"a\\"]"'),
    "Bytes": ('"aGVsbG8="',),
}
_NATIVE: dict[str, tuple[str, ...]] = {
    "String @db.VarChar(5)": ('"abc"',),
    "String @db.VarChar(40)": ('"abc"',),
    "String @db.Uuid": ('"00000000-0000-0000-0000-000000000000"',),
    "Int @db.SmallInt": ("3",),
    "Decimal @db.Decimal(10, 2)": ("1.50",),
    "Float @db.Real": ("1.5",),
    "DateTime @db.Timestamptz(6)": ("now()",),
    "DateTime @db.Date": (),
    "Json @db.Json": ('"{}"',),
}
_LISTS: dict[str, tuple[str, ...]] = {"String[]": ('["a", "it\'s"]', "[]"), "Int[]": ("[1, 2]",)}
_NAMES = ("name", "title", "age", "price", "note", "kind", "place", "rank", "full name", "data")
_MODELS = ("User", "Post", "Tag", "Order", "Account", "Item")
_VALUES = ("A", "B", "C", "NEW", "OLD", "IN_USE")
_IDS = ("Int @id @default(autoincrement())", "String @id @default(cuid())", "Int @id", "BigInt @id")
_ACTIONS = ("", ", onDelete: Cascade", ", onDelete: NoAction, onUpdate: NoAction", ", onDelete: Restrict")


@dataclass(frozen=True)
class Field:
    """A scalar field. `identity` stays with it through renames."""

    name: str
    type: str
    optional: bool = False
    default: str | None = None
    unique: bool = False
    identity: int = 0

    @property
    def listed(self) -> bool:
        return "[]" in self.type


@dataclass(frozen=True)
class Link:
    """A foreign key to another model's id."""

    to: int
    optional: bool
    action: str
    identity: int


@dataclass(frozen=True)
class Model:
    """A model with an id, fields, links and perhaps an index over two fields."""

    name: str
    id: str
    fields: tuple[Field, ...]
    links: tuple[Link, ...] = ()
    pair: str | None = None
    mapped: str | None = None
    identity: int = 0


@dataclass(frozen=True)
class Draft:
    """A schema; `many` are pairs of models in an implicit m:n relation."""

    models: tuple[Model, ...]
    values: tuple[tuple[str, int], ...]
    many: tuple[tuple[int, int], ...] = ()
    enum: str = "Kind"


@dataclass
class Chance:
    """Where drafts come from: a source of chance, the kind of database, and numbers for things."""

    random: Random
    kind: str
    last: int = 0

    @property
    def types(self) -> dict[str, tuple[str, ...]]:
        more = {} if self.kind == "sqlite" else {**_NATIVE, **_LISTS}
        return {**_SHARED, **more, "Kind": ("!",)}

    def number(self) -> int:
        self.last += 1
        return self.last

    def often(self, share: float) -> bool:
        return self.random.random() < share


# ---- making ----------------------------------------------------------------------------------------------------------


def draft(chance: Chance) -> Draft:
    """A random schema of one to four models."""
    names = chance.random.sample(_MODELS, chance.random.randint(1, 4))
    values = tuple(
        (value, chance.number()) for value in chance.random.sample(_VALUES, chance.random.randint(1, 4))
    )
    made = Draft((), values)
    for name in names:
        made = replace(made, models=(*made.models, _model(chance, name, made)))
    for one in made.models:
        for other in made.models:
            if one.identity < other.identity and chance.often(0.2):
                made = replace(made, many=(*made.many, (one.identity, other.identity)))
    return made


def _model(chance: Chance, name: str, made: Draft) -> Model:
    names = chance.random.sample(_NAMES, chance.random.randint(1, 5))
    links = tuple(_link(chance, other.identity) for other in made.models if chance.often(0.35))
    fields = tuple(_field(chance, each, made) for each in names)
    model = Model(name, chance.random.choice(_IDS), fields, links, identity=chance.number())
    return _paired(chance, model) if chance.often(0.4) else model


def _link(chance: Chance, to: int) -> Link:
    return Link(to, chance.often(0.5), chance.random.choice(_ACTIONS), chance.number())


def _field(chance: Chance, name: str, made: Draft) -> Field:
    kind = chance.random.choice(sorted(chance.types))
    made_field = Field(name, kind, identity=chance.number())
    made_field = replace(made_field, optional=not made_field.listed and chance.often(0.5))
    made_field = _defaulted(chance, made_field, made) if chance.often(0.4) else made_field
    return replace(made_field, unique=_can_be_unique(made_field) and chance.often(0.2))


def _can_be_unique(each: Field) -> bool:
    return (
        not each.listed
        and each.type not in ("Json", "Json @db.Json", "Boolean", "Kind")
        and each.default is None
    )


def _defaulted(chance: Chance, each: Field, made: Draft) -> Field:
    choices = chance.types[each.type]
    if not choices:
        return each
    default = chance.random.choice(choices)
    return replace(each, default=chance.random.choice(made.values)[0] if default == "!" else default)


def _paired(chance: Chance, model: Model) -> Model:
    able = [each.name for each in model.fields if "Json" not in each.type and not each.listed]
    if len(able) < 2:
        return model
    word = chance.random.choice(("@@index", "@@index", "@@unique"))
    return replace(model, pair=f"{word}([{_code(able[0])}, {_code(able[1])}])")


# ---- changing --------------------------------------------------------------------------------------------------------


@dataclass
class Pair:
    """Two schemas and what is said of renames on the way from one to the other."""

    before: Draft
    after: Draft
    said: list[str] = field(default_factory=list)


def pair(chance: Chance) -> Pair:
    """A schema and what one to five changes make of it; now and then, any other schema."""
    before = draft(chance)
    if chance.often(0.1):
        return Pair(before, draft(chance))
    return _changed(chance, before, 5)


def fork(chance: Chance) -> tuple[Pair, Pair]:
    """Two pairs that begin with the same schema: what two branches make of it with one or two changes each."""
    before = draft(chance)
    one, other = (_changed(chance, before, 2) for _ in range(2))
    return one, other


def _changed(chance: Chance, before: Draft, most: int) -> Pair:
    """What some changes make of a schema, at most so many."""
    after = before
    for _ in range(chance.random.randint(1, most)):
        after = chance.random.choice(_CHANGES)(chance, after)
    after = _without_lost_defaults(after)
    return Pair(before, after, list(_said(before, after)))


def _one(chance: Chance, made: Draft, change: Callable[[Model], Model]) -> Draft:
    """The draft with one model changed."""
    if not made.models:
        return made
    chosen = chance.random.choice(made.models)
    return replace(made, models=tuple(change(each) if each is chosen else each for each in made.models))


def _one_field(chance: Chance, made: Draft, change: Callable[[Field], Field]) -> Draft:
    def of(model: Model) -> Model:
        if not model.fields:
            return model
        chosen = chance.random.choice(model.fields)
        fields = tuple(change(each) if each is chosen else each for each in model.fields)
        return replace(model, fields=fields, pair=None if change(chosen) != chosen else model.pair)

    return _one(chance, made, of)


def _add_field(chance: Chance, made: Draft) -> Draft:
    def of(model: Model) -> Model:
        free = [name for name in _NAMES if name not in {each.name for each in model.fields}]
        new = _field(chance, chance.random.choice(free), made) if free else None
        fields = list(model.fields)
        if new is not None:
            fields.insert(chance.random.randint(0, len(fields)), new)
        return replace(model, fields=tuple(fields))

    return _one(chance, made, of)


def _drop_field(chance: Chance, made: Draft) -> Draft:
    def of(model: Model) -> Model:
        if not model.fields:
            return model
        gone = chance.random.choice(model.fields)
        return replace(model, fields=tuple(each for each in model.fields if each is not gone), pair=None)

    return _one(chance, made, of)


def _rename_field(chance: Chance, made: Draft) -> Draft:
    def of(model: Model) -> Model:
        taken = {each.name for each in model.fields}
        free = [name for name in (*_NAMES, "newName", "other") if name not in taken]
        if not model.fields or not free:
            return model
        chosen, name = chance.random.choice(model.fields), chance.random.choice(free)
        fields = tuple(replace(each, name=name) if each is chosen else each for each in model.fields)
        spelled = re.sub(rf"\b{_code(chosen.name)}\b", _code(name), model.pair) if model.pair else None
        return replace(model, fields=fields, pair=spelled)

    return _one(chance, made, of)


def _toggle_optional(chance: Chance, made: Draft) -> Draft:
    return _one_field(
        chance, made, lambda each: each if each.listed else replace(each, optional=not each.optional)
    )


def _toggle_unique(chance: Chance, made: Draft) -> Draft:
    return _one_field(
        chance, made, lambda each: replace(each, unique=not each.unique and _can_be_unique(each))
    )


def _change_default(chance: Chance, made: Draft) -> Draft:
    def of(each: Field) -> Field:
        plain = replace(each, default=None)
        return plain if each.default is not None or each.unique else _defaulted(chance, plain, made)

    return _one_field(chance, made, of)


def _change_type(chance: Chance, made: Draft) -> Draft:
    def of(each: Field) -> Field:
        new = Field(each.name, chance.random.choice(sorted(chance.types)), identity=each.identity)
        return replace(new, optional=each.optional and not new.listed)

    return _one_field(chance, made, of)


def _add_model(chance: Chance, made: Draft) -> Draft:
    free = [name for name in _MODELS if name not in {model.name for model in made.models}]
    if not free:
        return made
    return replace(made, models=(*made.models, _model(chance, chance.random.choice(free), made)))


def _drop_model(chance: Chance, made: Draft) -> Draft:
    if len(made.models) < 2:
        return made
    gone = chance.random.choice(made.models).identity
    models = tuple(
        replace(model, links=tuple(link for link in model.links if link.to != gone))
        for model in made.models
        if model.identity != gone
    )
    return replace(made, models=models, many=tuple(ends for ends in made.many if gone not in ends))


def _rename_model(chance: Chance, made: Draft) -> Draft:
    free = [name for name in (*_MODELS, "Zeta", "Alpha") if name not in {model.name for model in made.models}]
    return _one(chance, made, lambda model: replace(model, name=chance.random.choice(free), mapped=None))


def _map_model(chance: Chance, made: Draft) -> Draft:
    return _one(
        chance,
        made,
        lambda model: replace(model, mapped=None if model.mapped else f"t_{model.name.lower()}s"),
    )


def _change_links(chance: Chance, made: Draft) -> Draft:
    def of(model: Model) -> Model:
        if model.links and chance.often(0.6):
            chosen = chance.random.choice(model.links)
            new = replace(chosen, optional=not chosen.optional, action=chance.random.choice(_ACTIONS))
            kept = () if chance.often(0.3) else (new,)
            return replace(model, links=(*(link for link in model.links if link is not chosen), *kept))
        others = [other.identity for other in made.models if other.identity < model.identity]
        free = [identity for identity in others if identity not in {link.to for link in model.links}]
        return (
            replace(model, links=(*model.links, _link(chance, chance.random.choice(free)))) if free else model
        )

    return _one(chance, made, of)


def _change_many(chance: Chance, made: Draft) -> Draft:
    if made.many and chance.often(0.5):
        return replace(made, many=made.many[1:])
    able = [
        (one.identity, other.identity)
        for one in made.models
        for other in made.models
        if one.identity < other.identity and (one.identity, other.identity) not in made.many
    ]
    return replace(made, many=(*made.many, chance.random.choice(able))) if able else made


def _change_id(chance: Chance, made: Draft) -> Draft:
    pointed = {link.to for model in made.models for link in model.links} | {
        end for ends in made.many for end in ends
    }
    return _one(
        chance,
        made,
        lambda model: (
            model
            if model.identity in pointed and chance.often(0.7)
            else replace(model, id=chance.random.choice(_IDS))
        ),
    )


def _change_pair(chance: Chance, made: Draft) -> Draft:
    return _one(
        chance, made, lambda model: replace(model, pair=None) if model.pair else _paired(chance, model)
    )


def _add_value(chance: Chance, made: Draft) -> Draft:
    free = [value for value in _VALUES if value not in dict(made.values)]
    if not free:
        return made
    values = list(made.values)
    values.insert(chance.random.randint(0, len(values)), (chance.random.choice(free), chance.number()))
    return replace(made, values=tuple(values))


def _drop_value(chance: Chance, made: Draft) -> Draft:
    if len(made.values) < 2:
        return made
    gone = chance.random.choice(made.values)
    return replace(made, values=tuple(each for each in made.values if each != gone))


def _rename_value(chance: Chance, made: Draft) -> Draft:
    free = [value for value in (*_VALUES, "OTHER") if value not in dict(made.values)]
    old, identity = chance.random.choice(made.values)
    new = chance.random.choice(free)
    values = tuple((new, identity) if each[0] == old else each for each in made.values)
    models = tuple(
        replace(
            model,
            fields=tuple(
                replace(each, default=new) if (each.type, each.default) == ("Kind", old) else each
                for each in model.fields
            ),
        )
        for model in made.models
    )
    return replace(made, values=values, models=models)


def _reorder_values(chance: Chance, made: Draft) -> Draft:
    return replace(made, values=tuple(chance.random.sample(made.values, len(made.values))))


def _rename_enum(_: Chance, made: Draft) -> Draft:
    return replace(made, enum="Sort" if made.enum == "Kind" else "Kind")


_CHANGES: tuple[Callable[[Chance, Draft], Draft], ...] = (
    *(
        _add_field,
        _drop_field,
        _rename_field,
        _rename_field,
        _toggle_optional,
        _toggle_optional,
        _toggle_unique,
    ),
    *(
        _change_default,
        _change_type,
        _change_type,
        _change_type,
        _add_model,
        _drop_model,
        _rename_model,
        _map_model,
    ),
    *(
        _change_links,
        _change_many,
        _change_id,
        _change_pair,
        _add_value,
        _drop_value,
        _rename_value,
        _reorder_values,
    ),
    _rename_enum,
)


def _without_lost_defaults(made: Draft) -> Draft:
    values = dict(made.values)
    return replace(
        made,
        models=tuple(
            replace(
                model,
                fields=tuple(
                    replace(each, default=None)
                    if each.type == "Kind" and each.default is not None and each.default not in values
                    else each
                    for each in model.fields
                ),
            )
            for model in made.models
        ),
    )


# ---- what is said of renames -----------------------------------------------------------------------------------------


def _said(before: Draft, after: Draft) -> Iterator[str]:
    """The flags that tell every rename; what is named alike needs none."""
    old = {model.identity: model for model in before.models}
    for model in after.models:
        was = old.get(model.identity)
        if was is None:
            continue
        if _table(was) != _table(model):
            yield f"{_table(was)}={model.name}"
        fields = {each.identity: each.name for each in was.fields}
        for each in model.fields:
            if fields.get(each.identity, each.name) != each.name:
                yield f"{model.name}.{fields[each.identity]}={_code(each.name)}"
        yield from _links_said(was, model, before, after)
    if before.enum != after.enum:
        yield f"{before.enum}={after.enum}"
    values = {identity: value for value, identity in before.values}
    for value, identity in after.values:
        if values.get(identity, value) != value:
            yield f"{after.enum}.{values[identity]}={value}"


def _links_said(was: Model, model: Model, before: Draft, after: Draft) -> Iterator[str]:
    names = [{each.identity: each.name for each in side.models} for side in (before, after)]
    held = {link.identity: link for link in was.links}
    for link in model.links:
        if link.identity in held:
            old, new = (_link_column(side[link.to]) for side in names)
            if old != new:
                yield f"{model.name}.{old}={new}"


# ---- spelling --------------------------------------------------------------------------------------------------------


def _code(name: str) -> str:
    return name.replace(" ", "_")


def _table(model: Model) -> str:
    return model.mapped or model.name


def _link_column(name: str) -> str:
    return f"{name[0].lower()}{name[1:]}Id"


def spelled(made: Draft) -> str:
    """The schema's text."""
    blocks = [_spelled_model(model, made) for model in made.models]
    values = "".join(f"  {value}\n" for value, _ in made.values)
    return "\n\n".join([*blocks, f"enum {made.enum} {{\n{values}}}"]) + "\n"


def _spelled_model(model: Model, made: Draft) -> str:
    names = {each.identity: each for each in made.models}
    lines = [f"id {model.id}", *(_spelled_field(each, made.enum) for each in model.fields)]
    for link in model.links:
        target, mark = names[link.to], "?" if link.optional else ""
        column, side = _link_column(target.name), f"{target.name.lower()}_{link.identity}"
        lines.append(f"{column} {target.id.split()[0]}{mark}")
        lines.append(
            f'{side} {target.name}{mark} @relation("r{link.identity}", fields: [{column}], references: [id]{link.action})'
        )
    for other in made.models:
        lines += [
            f'of_{link.identity} {other.name}[] @relation("r{link.identity}")'
            for link in other.links
            if link.to == model.identity
        ]
    for one, two in made.many:
        if model.identity in (one, two):
            other = names[two if model.identity == one else one]
            lines.append(f"many_{other.identity} {other.name}[]")
    lines += [model.pair] if model.pair else []
    lines += [f'@@map("{model.mapped}")'] if model.mapped else []
    return f"model {model.name} {{\n" + "".join(f"  {line}\n" for line in lines) + "}"


def _spelled_field(each: Field, enum: str) -> str:
    base, _, native = each.type.partition(" ")
    base = base.replace("Kind", enum)
    words = [_code(each.name), base + ("?" if each.optional else ""), native]
    words += [f'@map("{each.name}")'] if " " in each.name else []
    words += [f"@default({each.default})"] if each.default is not None else []
    words += ["@unique"] if each.unique else []
    return " ".join(filter(None, words))
