"""Projections: which fields of a model a class of the program's own wants (`into=`), and how its objects are built."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias, cast

from nicol.client.fitting import Convert, Misfit, converter, nested_class
from nicol.client.names import attribute_name, visible_relations, visible_scalars
from nicol.client.package import Package
from nicol.errors import QueryInvalid, ValueInvalid
from nicol.query.faults import invalid, unknown
from nicol.schema.schema import Model, RelationField, ScalarField

New: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a class: what it is called there, the name that it may have in the schema instead, and its type."""

    name: str
    alias: str
    type: Any
    optional: bool = False
    """The class does without it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of one of the kinds that can be built: its fields, and how an object is made of them by name."""

    members: tuple[Member, ...]
    new: New
    dictionary: bool = False
    """`new` takes one dictionary by aliases, and what it refuses is told in its own words."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A class beside a model: the fields that are read for it, and the classes of the relations that it holds."""

    cls: type[Any]
    kind: Kind
    fields: Mapping[str, Member]
    relations: Mapping[str, type[Any]]
    converters: Mapping[str, Convert]


def project(package: Package, model: Model, cls: type[Any], above: tuple[type[Any], ...] = ()) -> Projection:
    """A class beside a model; QueryInvalid says which field of it the model cannot fill, and why.

    `above`: the classes that it is held by.
    """
    if cls in above:
        raise invalid(
            f"`{cls.__name__}` holds itself, so that nothing says where to end",
            model=model.name,
            hint="give the innermost rows a class without the relation",
        )
    kind = kind_of(cls)
    if kind is None:
        raise invalid(
            f"`into` must be a class with fields, not {cls!r}",
            model=model.name,
            hint="a pydantic model, a dataclass, a TypedDict, a NamedTuple or a msgspec struct",
        )
    scalars = {field.name: field for field in visible_scalars(model)}
    relations = {field.name: field for field in visible_relations(package.schema, model)}
    fields: dict[str, Member] = {}
    nested: dict[str, type[Any]] = {}
    converters: dict[str, Convert] = {}
    for member in kind.members:
        name = _name_of(member, {**scalars, **relations}, model, cls)
        if name is None:
            continue
        fields[name] = member
        if name in scalars:
            convert = _converter(package, model, cls, member, scalars[name])
            if convert is not None:
                converters[name] = convert
        else:
            nested[name] = _nested(model, cls, member, relations[name])
            if not hasattr(nested[name], "__nicol_model__"):
                project(package, package.models[relations[name].model], nested[name], (*above, cls))
    if not fields:
        raise invalid(f"`{cls.__name__}` has no field of model `{model.name}`", model=model.name)
    return Projection(cls, kind, fields, nested, converters)


def _name_of(member: Member, known: Mapping[str, object], model: Model, cls: type[Any]) -> str | None:
    """The field of the model that a field of the class is; None: none, and the class does without."""
    names = {attribute_name(name): name for name in known} | {name: name for name in known}
    for spelled in (member.alias, member.name):
        if spelled in names:
            return names[spelled]
    if not member.optional or get_close_matches(member.alias, names, 1, 0.7):
        unknown(f"field of `{cls.__name__}`", member.alias, known, model=model.name)
    return None


def _converter(
    package: Package, model: Model, cls: type[Any], member: Member, field: ScalarField
) -> Convert | None:
    try:
        return converter(package, field, member.type)
    except Misfit as misfit:
        raise _misfit(model, cls, member, field.name, str(misfit)) from None


def _nested(model: Model, cls: type[Any], member: Member, field: RelationField) -> type[Any]:
    try:
        return nested_class(field, member.type)
    except Misfit as misfit:
        raise _misfit(model, cls, member, field.name, str(misfit)) from None


def _misfit(model: Model, cls: type[Any], member: Member, name: str, why: str) -> QueryInvalid:
    return invalid(
        f"`{cls.__name__}.{member.name}` cannot hold `{model.name}.{name}`: {why}",
        model=model.name,
        fields=(name,),
    )


# ---- constructors ------------------------------------------------------------------------------------------------


def constructor(projection: Projection, model: str, names: Iterable[str]) -> New:
    """What builds an object from the values of these fields and relations, by position in this order.

    The source holds numbered parameters, and names as Python spells their text.
    """
    given, kind = tuple(names), projection.kind
    known: dict[str, Any] = {"new": kind.new}
    arguments: list[str] = []
    for index, name in enumerate(given):
        member, value = projection.fields[name], f"v{index}"
        if name in projection.converters:
            known[f"c{index}"] = projection.converters[name]
            value = f"None if v{index} is None else c{index}(v{index})"
        arguments.append(f"{member.alias!r}: {value}" if kind.dictionary else f"{member.name}={value}")
    body = ", ".join(arguments)
    call = f"new({{{body}}})" if kind.dictionary else f"new({body})"
    parameters = ", ".join(f"v{index}" for index in range(len(given)))
    build: New = eval(f"lambda {parameters}: {call}", known)  # noqa: S307
    return _told(build, projection.cls, model) if kind.dictionary or projection.converters else build


def _told(build: New, cls: type[Any], model: str) -> New:
    def told(*values: Any) -> Any:
        try:
            return build(*values)
        except (ValueError, TypeError, LookupError) as error:
            raise ValueInvalid(
                f"a row of model `{model}` is no `{cls.__name__}`: {_reason(error)}",
                model=model,
                code="P2023",
            ) from None

    return told


def _reason(error: Exception) -> str:
    """What a validator said, without the value that it said it of."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    told = errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{each['msg']} - at `{'.'.join(map(str, each['loc']))}`" for each in told)


# ---- kinds of classes --------------------------------------------------------------------------------------------


def kind_of(cls: Any) -> Kind | None:
    """How a class is built; None where it is of no kind that says its fields."""
    return _kind_of(cls) if isinstance(cls, type) else None


def _kind_of(cls: type[Any]) -> Kind | None:
    if hasattr(cls, "__pydantic_validator__") and hasattr(cls, "model_fields"):
        return _pydantic(cast("Any", cls))
    if hasattr(cls, "__dataclass_fields__"):
        return _dataclass(cls)
    if hasattr(cls, "__struct_fields__"):
        return _struct(cls)
    if typing.is_typeddict(cls):
        return _typed_dict(cls)
    return _named_tuple(cls) if hasattr(cls, "_fields") else None


def _pydantic(cls: Any) -> Kind:
    cls.model_rebuild()  # classes that it names may stand below it
    members = tuple(
        Member(name, _alias(field) or name, field.annotation, not field.is_required())
        for name, field in cls.model_fields.items()
    )
    return Kind(members, cls.__pydantic_validator__.validate_python, dictionary=True)


def _alias(field: Any) -> str | None:
    return next((each for each in (field.validation_alias, field.alias) if isinstance(each, str)), None)


def _dataclass(cls: type[Any]) -> Kind:
    hints = typing.get_type_hints(cls)
    missing = dataclasses.MISSING
    return Kind(
        tuple(
            Member(
                each.name,
                each.name,
                hints[each.name],
                each.default is not missing or each.default_factory is not missing,
            )
            for each in dataclasses.fields(cls)
            if each.init
        ),
        cls,
    )


def _struct(cls: type[Any]) -> Kind:
    import msgspec

    members = tuple(
        Member(each.name, each.encode_name, each.type, not each.required)
        for each in msgspec.structs.fields(cls)
    )
    return Kind(members, cls)


def _typed_dict(cls: type[Any]) -> Kind:
    hints = typing.get_type_hints(cls)
    required: frozenset[str] = cls.__required_keys__
    members = tuple(Member(name, name, hint, name not in required) for name, hint in hints.items())
    return Kind(members, _same, dictionary=True)


def _same(given: dict[str, Any]) -> dict[str, Any]:
    return given


def _named_tuple(cls: type[Any]) -> Kind:
    hints = typing.get_type_hints(cls)
    defaults: Mapping[str, Any] = cast("Any", cls)._field_defaults
    names: tuple[str, ...] = cast("Any", cls)._fields
    return Kind(tuple(Member(name, name, hints.get(name, Any), name in defaults) for name in names), cls)
