"""Completion inside brackets: the arguments of attributes, and the values that each of them may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nicol.editor import words as meanings
from nicol.editor.databases import Ability, actions, can, index_methods, operator_classes
from nicol.editor.offers import Offer, OfferKind, quoted, words
from nicol.editor.place import Bracket, Place
from nicol.editor.settings import schema_names
from nicol.editor.world import World
from nicol.schema.attributes import (
    ENUM_ATTRIBUTES,
    FIELD_ATTRIBUTES,
    KEY_OPTIONS,
    MODEL_ATTRIBUTES,
    VALUE_ATTRIBUTES,
    ArgumentKind,
    Signature,
)
from nicol.schema.bound import BoundField, BoundModel, ModelRef
from nicol.schema.defaults import FUNCTIONS
from nicol.schema.schema import Arity, Scalar, SortOrder

_ELSEWHERE = frozenset({"clustered"})
"""Arguments for databases that Nicol knows nothing of."""

_ABILITIES: Mapping[str, Ability] = {
    "id.map": "id names",
    "relation.map": "foreign key names",
    "unique.where": "partial",
    "index.where": "partial",
    "id.length": "prefixes",
    "unique.length": "prefixes",
    "key.length": "prefixes",
}
"""Arguments that databases must have something for; `key` is a field in the list of a key."""

_NEVER_NAMED = frozenset(
    {"default.value", "map.name", "schema.map", "index.name", "index.fields", "unique.fields"}
)
"""Arguments that nobody writes with their names, or that have better ones."""

_SCALARS = {scalar.value: scalar for scalar in Scalar}


def arguments(world: World, here: Place) -> Iterator[Offer]:
    """What fits at a cursor inside brackets."""
    found = here.attribute
    if found is None:
        return
    marks, name = found
    signature = _signature(here, marks, name)
    if signature is None:
        return
    outer, *inner = here.brackets
    argument = outer.argument or (signature.unnamed if outer.position == 0 else None)
    if not inner:
        yield from _of_attribute(world, here, name, signature, outer)
    elif argument is not None:
        yield from _inside(world, here, f"{name}.{argument}", signature.arguments.get(argument), inner)


def _signature(here: Place, marks: str, name: str) -> Signature | None:
    is_enum = here.head is not None and here.head.keyword == "enum"
    if marks == "@@":
        return (ENUM_ATTRIBUTES if is_enum else MODEL_ATTRIBUTES).get(name)
    return (VALUE_ATTRIBUTES if is_enum else FIELD_ATTRIBUTES).get(name)


def _of_attribute(
    world: World, here: Place, name: str, signature: Signature, bracket: Bracket
) -> Iterator[Offer]:
    """Right behind the opening bracket or a comma: values of the argument that is named or needs no name, then names."""
    argument = bracket.argument
    if argument is not None:
        yield from _values(world, here, f"{name}.{argument}", signature.arguments.get(argument))
        return
    if bracket.position == 0 and signature.unnamed is not None:
        kind = signature.arguments[signature.unnamed]
        yield from _values(world, here, f"{name}.{signature.unnamed}", kind)
    if not here.quoted:
        yield from _names(world, name, signature, bracket)


def _is_possible(world: World, argument: str) -> bool:
    ability = _ABILITIES.get(argument)
    return argument.partition(".")[2] not in _ELSEWHERE and (ability is None or can(world, ability))


def _names(world: World, attribute: str, signature: Signature, bracket: Bracket) -> Iterator[Offer]:
    for name, kind in signature.arguments.items():
        argument = f"{attribute}.{name}"
        if name in bracket.given or argument in _NEVER_NAMED or not _is_possible(world, argument):
            continue
        if name == signature.unnamed and bracket.unnamed:
            continue
        meaning = meanings.ARGUMENTS_OF.get(f"{attribute}.{name}") or meanings.ARGUMENTS.get(name)
        text = f"{name}: {_STOPS.get(kind, '$1')}"
        yield Offer(
            f"{name}:",
            OfferKind.ARGUMENT,
            text,
            snippet=True,
            detail=kind.value,
            documentation=meaning,
            again=True,
        )


_STOPS: Mapping[ArgumentKind, str] = {
    ArgumentKind.STRING: '"$1"',
    ArgumentKind.NAMES: "[$1]",
    ArgumentKind.KEYS: "[$1]",
    ArgumentKind.CONDITION: 'raw("$1")',
}


def _values(world: World, here: Place, argument: str, kind: ArgumentKind | None) -> Iterator[Offer]:
    """The values of one argument, where a whole value may stand."""
    match argument:
        case "default.value":
            yield from _defaults(world, here)
        case "relation.references" if not here.quoted:
            yield from _keys_of_target(world, here)
        case "schema.map":
            yield from quoted(schema_names(world), inside=here.quoted)
        case "relation.onDelete" | "relation.onUpdate":
            yield from words(actions(world), OfferKind.VALUE, meanings.ACTIONS)
        case "index.type":
            yield from words(index_methods(world), OfferKind.VALUE, meanings.INDEX_METHODS)
        case _ if here.quoted:
            return
        case _ if argument.endswith(".sort"):
            yield from words(SortOrder, OfferKind.VALUE, {})
        case _ if kind is not None and kind in _BRACKETS:
            text = _BRACKETS[kind]
            yield Offer(text.replace("$1", "…"), OfferKind.VALUE, text, snippet=True, again=True)
        case _:
            return


_BRACKETS: Mapping[ArgumentKind, str] = {
    ArgumentKind.NAMES: "[$1]",
    ArgumentKind.KEYS: "[$1]",
    ArgumentKind.CONDITION: 'raw("$1")',
}


def _inside(
    world: World, here: Place, argument: str, kind: ArgumentKind | None, inner: list[Bracket]
) -> Iterator[Offer]:
    """In the brackets of an argument's value."""
    bracket = inner[-1]
    if kind is ArgumentKind.CONDITION:
        yield from _condition(world, here, bracket)
    elif here.quoted:
        return
    elif bracket.opening == "(" and kind is ArgumentKind.KEYS:
        yield from _key_options(world, here, bracket)
    elif bracket.opening == "[" and kind in {ArgumentKind.NAMES, ArgumentKind.KEYS}:
        owner = _target(world, here) if argument == "relation.references" else _model(world, here)
        yield from _fields(owner, bracket)
    elif argument == "default.value":
        yield from _inside_default(world, here, bracket)


def _model(world: World, here: Place) -> BoundModel | None:
    return world.binding.models.get(here.head.name) if here.head else None


def _target(world: World, here: Place) -> BoundModel | None:
    return world.binding.models.get(here.field.type) if here.field else None


def _columns(model: BoundModel | None) -> Iterator[BoundField]:
    for field in model.fields.values() if model else ():
        if not isinstance(field.target, ModelRef):
            yield field


def _fields(model: BoundModel | None, bracket: Bracket) -> Iterator[Offer]:
    """The columns of a model that are not in the list already."""
    for field in _columns(model):
        if field.name not in bracket.items:
            yield _field(field)


def _field(field: BoundField, text: str = "") -> Offer:
    mark = {Arity.REQUIRED: "", Arity.OPTIONAL: "?", Arity.LIST: "[]"}[field.arity]
    return Offer(
        field.name,
        OfferKind.FIELD,
        text or field.name,
        snippet=bool(text),
        detail=f"{field.syntax.type.name.text}{mark}",
        documentation=field.syntax.documentation,
    )


def _keys_of_target(world: World, here: Place) -> Iterator[Offer]:
    """What a foreign key may refer to: the id of the other model, then its unique criteria."""
    model = _target(world, here)
    for key in sorted(model.criteria if model else (), key=lambda key: key.kind.value != "id"):
        text = f"[{', '.join(key.names)}]"
        yield Offer(text, OfferKind.FIELD, text, detail=key.kind.value)


# ---- keys ------------------------------------------------------------------------------------------------------------


def _key_options(world: World, here: Place, bracket: Bracket) -> Iterator[Offer]:
    """The options of one field of a key: `title(sort: Desc)`."""
    if bracket.argument is None:
        for name in KEY_OPTIONS:
            if name not in bracket.given and _is_possible(world, f"key.{name}"):
                meaning = meanings.ARGUMENTS.get(name)
                yield Offer(f"{name}:", OfferKind.ARGUMENT, f"{name}: ", documentation=meaning, again=True)
    elif bracket.argument == "sort":
        yield from words(SortOrder, OfferKind.VALUE, {})
    elif bracket.argument == "ops":
        model = _model(world, here)
        field = model.fields.get(bracket.word) if model else None
        yield from words(operator_classes(world, _method(here), field), OfferKind.VALUE, {})
        yield Offer(
            'raw("…")', OfferKind.FUNCTION, 'raw("$1")', snippet=True, documentation=meanings.FUNCTIONS["raw"]
        )


def _method(here: Place) -> str | None:
    """The algorithm that the line gives its index, on either side of the cursor."""
    tokens = (*here.tokens, *here.rest)
    for name, colon, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if name.text == "type" and colon.text == ":":
            return value.text
    return None


def _condition(world: World, here: Place, bracket: Bracket) -> Iterator[Offer]:
    """In `where: { … }`: fields, then what they are compared with."""
    if bracket.opening != "{" or here.quoted:
        return
    if bracket.argument is None:
        for field in _columns(_model(world, here)):
            if field.name not in bracket.given:
                yield _field(field, f"{field.name}: $1")
    else:
        yield from words(("null", "true", "false"), OfferKind.VALUE, {})
        yield Offer("{ not: … }", OfferKind.VALUE, "{ not: $1 }", snippet=True)


# ---- defaults --------------------------------------------------------------------------------------------------------


def _defaults(world: World, here: Place) -> Iterator[Offer]:
    """The defaults that suit the field's type: its values, and the functions that compute one."""
    field = here.field
    if field is None or here.quoted:
        return
    if field.arity is Arity.LIST:
        yield Offer("[]", OfferKind.VALUE, "[$1]", snippet=True, again=True)
    else:
        yield from _constants(world, field.type)
        yield from _functions(world, field.type)
    yield from _function_offers(("dbgenerated",))


def _constants(world: World, type_: str) -> Iterator[Offer]:
    enum = world.binding.enums.get(type_)
    if enum is not None:
        for value in enum.values.values():
            yield Offer(
                value.name.text,
                OfferKind.VALUE,
                value.name.text,
                detail=type_,
                documentation=value.documentation,
            )
    elif type_ == Scalar.BOOLEAN:
        yield from words(("true", "false"), OfferKind.VALUE, {})
    elif type_ == Scalar.JSON:
        yield Offer('"{}"', OfferKind.VALUE, '"{}"')


def _functions(world: World, type_: str) -> Iterator[Offer]:
    scalar = _SCALARS.get(type_)
    names = (name for name, each in FUNCTIONS.items() if each.scalars is not None and scalar in each.scalars)
    yield from _function_offers(names)
    if scalar in {Scalar.INT, Scalar.BIGINT} and world.providers and can(world, "sequences"):
        yield from _function_offers(("sequence",))


def _function_offers(names: Iterable[str]) -> Iterator[Offer]:
    for name in names:
        text = f'{name}("$1")' if name == "dbgenerated" else f"{name}()"
        yield Offer(
            f"{name}()",
            OfferKind.FUNCTION,
            text,
            snippet="$" in text,
            documentation=meanings.FUNCTIONS.get(name),
        )


def _inside_default(world: World, here: Place, bracket: Bracket) -> Iterator[Offer]:
    """In a list of values, or in the brackets of a function."""
    field = here.field
    if bracket.opening == "[" and field is not None:
        yield from (offer for offer in _constants(world, field.type))
    elif bracket.opening == "(":
        yield from words(_VERSIONS.get(bracket.word, ()), OfferKind.VALUE, {})
        function = FUNCTIONS.get(bracket.word)
        for name in function.names if function else ():
            if name not in bracket.given and bracket.argument is None:
                yield Offer(f"{name}:", OfferKind.ARGUMENT, f"{name}: ")


_VERSIONS: Mapping[str, tuple[str, ...]] = {"uuid": ("4", "7"), "cuid": ("1", "2")}
