"""The formatter's completion: what relations with one side, or without a foreign key, lack, written as Prisma writes it.

Two things are other than there, since a second run would go wrong: a relation's name is written on the new side too, and no
field is added whose name is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nicol.diagnostics import Severity, Source, Span
from nicol.schema.bind import bind
from nicol.schema.bound import Binding, BoundField, BoundKey, BoundModel, KeyKind, ModelRef
from nicol.schema.document import Document, ModelDeclaration
from nicol.schema.format_words import camel_case, lower_first, plural, upper_first
from nicol.schema.parse import parse
from nicol.schema.relations import argument_names
from nicol.schema.rules import actions, attributes, fields, keys, names, relations
from nicol.schema.rules.rule import Case
from nicol.schema.schema import Arity, Scalar, Unsupported

_MUST_HOLD = (
    names.blocks_have_names_of_their_own,
    names.fields_have_names_of_their_own,
    names.names_are_words,
    names.names_are_free,
    attributes.attributes_exist,
    attributes.attributes_are_given_once,
    attributes.arguments_exist,
    attributes.arguments_are_given_once,
    attributes.needed_arguments_are_given,
    attributes.arguments_are_of_their_kind,
    fields.types_exist,
    fields.relation_fields_are_no_columns,
    fields.columns_are_no_relations,
    keys.models_have_one_id,
    keys.keys_name_columns,
    relations.foreign_keys_name_columns,
    actions.referential_actions_exist,
)
"""The rules without which it is not sure what a relation lacks."""

_ARITY = {Arity.REQUIRED: "", Arity.OPTIONAL: "?", Arity.LIST: "[]"}


@dataclass(frozen=True, slots=True)
class _Insertion:
    """Text that is missing at a place."""

    place: Span
    text: str


@dataclass(frozen=True, slots=True)
class _Relation:
    """A relation that has, or should have, a foreign key: in the model `child`, to the model `parent`."""

    child: BoundModel
    parent: BoundModel
    forward: BoundField | None
    back: BoundField | None
    one_to_one: bool

    @property
    def name(self) -> str | None:
        """The name that the schema gives it."""
        side = self.forward or self.back
        return _name(side) if side else None


@dataclass(frozen=True, slots=True)
class _NewField:
    """A field that a model is to have; `text` is what stands behind its name."""

    model: BoundModel
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _ForeignKeyField:
    """A field of a foreign key that is to be: an existing one of that name, or a new one of `arity`, typed as `model`."""

    name: str
    arity: Arity
    target: BoundField


def complete(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """The sources with what is missing, its spacing rough; unchanged when they have faults that make it unsure what is."""
    parsed = [parse(source) for source in sources]
    if not all(each.ok for each in parsed):
        return sources
    binding = bind(tuple(each.value for each in parsed))
    incomplete = [relation for relation in _relations(binding) if _lacks_something(relation)]
    if not incomplete or not _is_sound(binding):
        return sources
    places = {document.source.path: document for document in binding.documents}
    missing = [
        *_insertions((field for relation in incomplete for field in _fields(relation, places)), places),
        *(insertion for relation in incomplete for insertion in _attribute(relation)),
        *(insertion for relation in incomplete for insertion in _arguments(relation)),
    ]
    return tuple(_inserted(source, missing) for source in sources)


def _is_sound(binding: Binding) -> bool:
    case = Case(binding, None)
    return not any(finding.severity is Severity.ERROR for rule in _MUST_HOLD for finding in rule.judge(case))


def _inserted(source: Source, insertions: Iterable[_Insertion]) -> Source:
    parts: list[str] = []
    at = 0
    own = (insertion for insertion in insertions if insertion.place.path == source.path)
    for insertion in sorted(own, key=lambda insertion: insertion.place.end):
        parts += (source.text[at : insertion.place.end], insertion.text)
        at = insertion.place.end
    return Source(source.path, "".join((*parts, source.text[at:])))


# ---- relations that may have one side only -------------------------------------------------------------------------


def _relations(binding: Binding) -> Iterator[_Relation]:
    """All relations but those of many to many, in the order of the fields that decide what they are."""
    others: dict[tuple[str, str, str | None], list[BoundField]] = {}
    ends = list(_ends(binding))
    for field, target in ends:
        others.setdefault((field.model, target, _name(field)), []).append(field)
    for field, target in ends:
        candidates = others.get((target, field.model, _name(field)), ())
        other = next((each for each in candidates if each is not field), None)
        relation = _relation(binding.models[field.model], field, binding.models[target], other)
        if relation is not None:
            yield relation


def _ends(binding: Binding) -> Iterator[tuple[BoundField, str]]:
    for model in binding.models.values():
        for field in model.fields.values():
            if isinstance(field.target, ModelRef):
                yield field, field.target.name


def _name(field: BoundField) -> str | None:
    return field.relation.string("name") if field.relation else None


def _relation(
    model: BoundModel, field: BoundField, target: BoundModel, other: BoundField | None
) -> _Relation | None:
    """The relation that a field decides; None where the other side does, or where it has no foreign key."""
    if other is None:
        if field.arity is Arity.LIST:
            return _Relation(target, model, None, field, one_to_one=False)
        return _Relation(model, target, field, None, one_to_one=_is_unique(model, field))
    if field.arity is Arity.LIST or not _decides(field, other):
        return None
    return _Relation(model, target, field, other, one_to_one=other.arity is not Arity.LIST)


def _decides(field: BoundField, other: BoundField) -> bool:
    """True for the side of a relation with two sides that holds the foreign key, and so decides."""
    if other.arity is Arity.LIST:
        return True
    if field.arity is not other.arity:
        return field.arity is Arity.REQUIRED
    if field.arity is Arity.OPTIONAL and (_has(field, "fields") or _has(other, "fields")):
        return _has(field, "fields")
    return (field.model, field.name) <= (other.model, other.name)


def _has(field: BoundField, argument: str) -> bool:
    return field.relation is not None and argument in field.relation.arguments


def _is_unique(model: BoundModel, field: BoundField) -> bool:
    names = argument_names(field, "fields")
    return any(key.kind is KeyKind.UNIQUE and key.names == names for key in model.keys)


def _lacks_something(relation: _Relation) -> bool:
    forward = relation.forward
    if forward is None or relation.back is None:
        return True
    return not (_has(forward, "fields") and _has(forward, "references"))


# ---- what they lack ------------------------------------------------------------------------------------------------


def _fields(relation: _Relation, documents: Mapping[str, Document]) -> Iterator[_NewField]:
    """The relation fields and the foreign key's fields."""
    child, parent = relation.child, relation.parent
    if relation.back is None:
        name = camel_case(child.name)
        name, arity = (name, "?") if relation.one_to_one else (plural(name), "[]")
        named = f"@relation({_string(relation.name)})" if relation.name else ""
        ignored = "@ignore" if "ignore" in child.attributes else ""
        yield _NewField(parent, name, f"{child.name}{arity} {named} {ignored}")
    key = _foreign_key(relation)
    if relation.forward is None:
        arity = "?" if any(field.arity is Arity.OPTIONAL for field in key) else ""
        named = f"{_string(relation.name)}, " if relation.name else ""
        text = f"{parent.name}{arity} @relation({named}{_arguments_of(relation)})"
        yield _NewField(child, camel_case(parent.name), text)
    if relation.forward is None or not _has(relation.forward, "fields"):
        for field in key:
            if isinstance(field.target.target, Scalar):
                yield _NewField(child, field.name, _declaration(field, field.target.target, documents))


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _declaration(field: _ForeignKeyField, scalar: Scalar, documents: Mapping[str, Document]) -> str:
    native = field.target.native
    text = documents[native.span.path].source.text[native.span.start : native.span.end] if native else ""
    return f"{scalar.value}{_ARITY[field.arity]} {text}"


def _insertions(fields: Iterable[_NewField], documents: Mapping[str, Document]) -> Iterator[_Insertion]:
    """The fields at the ends of their models, but those whose name is taken."""
    taken: set[tuple[str, str]] = set()
    for field in fields:
        name = (field.model.name, field.name)
        if name not in taken and field.name not in field.model.fields:
            taken.add(name)
            place = _end_of(field.model.syntax, documents)
            yield _Insertion(place, f"{field.name} {field.text}\n")


def _attribute(relation: _Relation) -> Iterator[_Insertion]:
    """The `@relation` of a field that has none."""
    forward = relation.forward
    if forward is not None and forward.relation is None:
        yield _Insertion(forward.syntax.type.span, f" @relation({_arguments_of(relation)})")


def _arguments(relation: _Relation) -> Iterator[_Insertion]:
    """The arguments that a `@relation` lacks."""
    forward = relation.forward
    if forward is None or forward.relation is None:
        return
    lacking = [
        text
        for argument, text in (("fields", _fields_of(relation)), ("references", _references_of(relation)))
        if not _has(forward, argument)
    ]
    if not lacking:
        return
    syntax = forward.relation.syntax
    text = ", ".join(lacking)
    if syntax.arguments:
        last = syntax.arguments[-1].span
        yield _Insertion(last, f", {text}")
    else:
        yield _Insertion(syntax.name.span, f"({text})")


def _arguments_of(relation: _Relation) -> str:
    return f"{_fields_of(relation)}, {_references_of(relation)}"


def _fields_of(relation: _Relation) -> str:
    return f"fields: [{', '.join(field.name for field in _foreign_key(relation))}]"


def _references_of(relation: _Relation) -> str:
    forward, parent = relation.forward, relation.parent
    if forward is not None and _has(forward, "references"):
        return f"references: [{', '.join(argument_names(forward, 'references'))}]"
    key = next((key for key in _criteria(parent) if _is_strict(key, parent)), None)
    return f"references: [{', '.join(key.names if key else ())}]"


def _criteria(model: BoundModel) -> list[BoundKey]:
    """The id, then the unique criteria."""
    return sorted(model.criteria, key=lambda key: key.kind is not KeyKind.ID)


def _is_strict(key: BoundKey, model: BoundModel) -> bool:
    columns = (model.fields.get(name) for name in key.names)
    return all(
        column and column.arity is Arity.REQUIRED and not isinstance(column.target, Unsupported)
        for column in columns
    )


def _foreign_key(relation: _Relation) -> list[_ForeignKeyField]:
    """The fields that the foreign key would have: one for each field of the other model's first criterion."""
    key = next(iter(_criteria(relation.parent)), None)
    arity = relation.forward.arity if relation.forward else Arity.OPTIONAL
    found: list[_ForeignKeyField] = []
    for name in key.names if key else ():
        target = relation.parent.fields.get(name)
        if target is not None:
            own = lower_first(relation.parent.name) + upper_first(name)
            existing = relation.child.fields.get(own)
            found.append(_ForeignKeyField(own, existing.arity if existing else arity, target))
    return found


def _end_of(model: ModelDeclaration, documents: Mapping[str, Document]) -> Span:
    """The place before the closing brace of a model."""
    document = documents[model.span.path]
    end = model.span.end
    for comment in document.comments:
        if comment.span.end == end:
            end = comment.span.start
    brace = document.source.text.rindex("}", model.span.start, end)
    return Span(model.span.path, brace, brace)
