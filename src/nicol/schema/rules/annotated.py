"""Rules about what single annotations say: of names, fields, types, and of what the database can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nicol.diagnostics import Edit, Span, suggestion
from nicol.schema.annotations.place import BoundAnnotation
from nicol.schema.annotations.table import Place
from nicol.schema.annotations.values import (
    text_of,
    word_of,
    words_of,
)
from nicol.schema.bind import value_attributes
from nicol.schema.bound import (
    BoundEnum,
    BoundField,
    BoundModel,
    KeyKind,
    ModelRef,
    mapped_name,
)
from nicol.schema.document import Call
from nicol.schema.rules.annotations import known
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, Scalar


def named(case: Case, name: str) -> Iterator[tuple[BoundAnnotation, BoundModel | None]]:
    """The annotations of a name, with their models."""
    for annotation, _ in known(case):
        if annotation.name == name:
            yield annotation, case.binding.models.get(annotation.holder.block)


def annotated_fields(case: Case, name: str) -> Iterator[tuple[BoundAnnotation, BoundModel, BoundField]]:
    """The annotations of a name that stand on fields."""
    for annotation, model in named(case, name):
        field = model.fields.get(annotation.holder.item or "") if model else None
        if model is not None and field is not None:
            yield annotation, model, field


# ---- renamed ---------------------------------------------------------------------------------------------------------


@rule("former-name")
def former_names_are_free(case: Case) -> Iterator[Problem]:
    """A former name is none that still exists, and belongs to one thing only."""
    seen: dict[tuple[Place, str, str], BoundAnnotation] = {}
    for annotation, _ in named(case, "renamed"):
        given = annotation.arguments.get("from")
        name = text_of(given)
        if given is None or not name:
            continue
        holder = annotation.holder
        group, present = _beside(case, annotation)
        other = seen.setdefault((holder.place, group, name), annotation)
        if present.get(name) == (holder.item or holder.block):
            yield Problem(f'it is still called "{name}" in the database', given.span, "remove the annotation")
        elif name in present:
            way_out = "give the name that the database knew before, or remove the annotation"
            yield Problem(f'"{name}" still exists: it is `{present[name]}`', given.span, way_out)
        elif other is not annotation:
            text = f'`{other.holder.item or other.holder.block}` was renamed from "{name}" too'
            yield Problem(text, given.span, "only one of them can have been; remove the other annotation")


def _beside(case: Case, annotation: BoundAnnotation) -> tuple[str, Mapping[str, str]]:
    """Where the name of a thing is unique, and the names in the database that there are, with those of the schema."""
    binding, block = case.binding, annotation.holder.block
    match annotation.holder.place:
        case Place.FIELD:
            fields = binding.models[block].fields.values()
            columns = (field for field in fields if not isinstance(field.target, ModelRef))
            return block, {field.mapped: field.name for field in columns}
        case Place.VALUE:
            values = binding.enums[block].values
            return block, {mapped_name(value_attributes(value), name): name for name, value in values.items()}
        case Place.ENUM:
            return _among(block, binding.enums)
        case _:
            return _among(block, binding.models)


def _among(
    block: str, blocks: Mapping[str, BoundModel] | Mapping[str, BoundEnum]
) -> tuple[str, Mapping[str, str]]:
    namespace = _namespace(blocks[block])
    present = (each for each in blocks.values() if _namespace(each) == namespace)
    return namespace, {each.mapped: each.name for each in present}


def _namespace(block: BoundModel | BoundEnum) -> str:
    attribute = block.attributes.get("schema")
    return (attribute.string("map") if attribute else None) or ""


# ---- fields ----------------------------------------------------------------------------------------------------------


@rule("json-type-field")
def json_types_are_of_json_fields(case: Case) -> Iterator[Problem]:
    """`json` stands on a Json field."""
    for annotation, _, field in annotated_fields(case, "json"):
        if field.target is not Scalar.JSON:
            text = f"`{field.name}` holds no JSON"
            yield Problem(text, annotation.syntax.span, "write `Json` as its type, or remove the annotation")


_ENCRYPTABLE = (Scalar.STRING, Scalar.BYTES, Scalar.JSON)


@rule("encrypted-field")
def encrypted_fields_can_hold_what_is_encrypted(case: Case) -> Iterator[Problem]:
    """An encrypted field is one String, Bytes or Json, that the database neither fills, orders nor points with."""
    for annotation, model, field in annotated_fields(case, "encrypted"):
        span = annotation.syntax.span
        if field.target not in _ENCRYPTABLE:
            yield Problem(
                f"`{field.name}` cannot be encrypted: it is no String, Bytes or Json", span, "change its type"
            )
        elif field.arity is Arity.LIST:
            way_out = "hold the list in a Json field, or each value in a row of its own"
            yield Problem(f"`{field.name}` cannot be encrypted: it is a list", span, way_out)
        for name, reason in (
            ("default", "the database would fill in plain text"),
            ("id", "it would no longer lead to its row"),
        ):
            if name in field.attributes:
                text = f"`{field.name}` is encrypted and has @{name}: {reason}"
                yield Problem(text, field.attributes[name].syntax.span, "remove one of the two")
        if any(field.name in _foreign_key(each) for each in model.fields.values()):
            text = f"`{field.name}` is encrypted and part of a foreign key"
            yield Problem(text, span, "point at rows with a field of its own")
        if field.name in _pointed_at(case, model):
            text = f"`{field.name}` is encrypted, and rows of another model point at it"
            yield Problem(text, span, "let them point at the id")


def _foreign_key(field: BoundField) -> tuple[str, ...]:
    return _names(field, "fields")


def _pointed_at(case: Case, model: BoundModel) -> set[str]:
    """The fields of a model that foreign keys lead to."""
    every = (field for other in case.binding.models.values() for field in other.fields.values())
    here = (
        field for field in every if isinstance(field.target, ModelRef) and field.target.name == model.name
    )
    return {name for field in here for name in _names(field, "references")}


def _names(field: BoundField, argument: str) -> tuple[str, ...]:
    names = field.relation.names(argument) if field.relation else None
    return tuple(name.name for name in names or ())


_ROW_TYPES = (Scalar.STRING, Scalar.INT, Scalar.BIGINT)
_MADE_BY_THE_DATABASE = frozenset({"autoincrement", "dbgenerated", "sequence"})
_ROW_NATIVES = frozenset({"Char", "Citext", "Inet", "Xml"})
"""Native types that give back another text than they were given."""


@rule("encrypted-row")
def values_are_bound_to_rows_that_are_known(case: Case) -> Iterator[Problem]:
    """A value that is encrypted at random is bound to fields of its row that the program gives, and that never change."""
    for annotation, model, field in annotated_fields(case, "encrypted"):
        given = annotation.arguments.get("row")
        if word_of(annotation.arguments.get("mode")) == "deterministic":
            if given is not None:
                text = "a value that is encrypted deterministically is alike in all rows, and bound to none"
                yield Problem(text, given.span, "remove row")
            continue
        words = words_of(given)
        span = given.span if given is not None else annotation.syntax.span
        names = tuple(word.name for word in words) or (model.id.names if model.id else ())
        unknown_names = [word for word in words if word.name not in model.fields]
        for word in unknown_names:
            yield no_field(model, word.name, word.span, "name fields of the model")
        if unknown_names:
            continue
        if not names:
            yield Problem(
                f"`{model.name}` has no id that a value could be bound to", span, "write row: [field]"
            )
        elif given is not None and not any(set(key.names) == set(names) for key in model.criteria):
            yield Problem(
                f"{', '.join(names)} of `{model.name}` tells no row",
                span,
                "name the fields of a unique criterion",
            )
        for reason in _unknown_before(model, names):
            yield Problem(
                f"`{field.name}` is bound to `{model.name}.{reason}",
                span,
                "give the id @default(uuid()) or another that the client makes, or bind to a unique field: row: [slug]",
            )


def _unknown_before(model: BoundModel, names: tuple[str, ...]) -> Iterator[str]:
    """Why the fields of a row cannot be what its values are bound to."""
    pointing = {name for field in model.fields.values() for name in _foreign_key(field)}
    for name in names:
        field = model.fields[name]
        default = field.attributes.get("default")
        made = default.arguments.get("value") if default else None
        if field.target not in _ROW_TYPES or field.arity is not Arity.REQUIRED:
            yield f"{name}`, which is no required String, Int or BigInt"
        elif isinstance(made, Call) and made.name.text in _MADE_BY_THE_DATABASE:
            yield f"{name}`, which the database makes: it is not known before the row is there"
        elif name in pointing:
            yield f"{name}`, which is part of a foreign key, and may change with the row it points at"
        elif field.native is not None and field.native.name.text.partition(".")[2] in _ROW_NATIVES:
            yield f"{name}`, whose type changes texts"


_NARROW = frozenset(
    {"Binary", "Bit", "Char", "Citext", "Inet", "Json", "TinyBlob", "TinyText", "Uuid", "VarBit", "Xml"}
)
"""Native types that hold a form, or few characters."""


@rule("encrypted-native-type")
def columns_have_room_for_what_is_encrypted(case: Case) -> Iterator[Problem]:
    """The native type of an encrypted field takes a text or bytes of any form and length."""
    for _, _, field in annotated_fields(case, "encrypted"):
        native = field.native
        if native is not None and (native.arguments or native.name.text.partition(".")[2] in _NARROW):
            text = f"encrypted values of `{field.name}` do not fit into @{native.name.text}"
            yield Problem(
                text, native.span, "they are longer than plain ones and have no form: remove the type"
            )


@rule("encrypted-key")
def keys_of_encrypted_fields_can_compare(case: Case) -> Iterator[Problem]:
    """Only values that are encrypted deterministically are unique or searched by an index."""
    for annotation, model, field in annotated_fields(case, "encrypted"):
        if word_of(annotation.arguments.get("mode")) == "deterministic":
            continue
        for key in model.keys:
            if field.name in key.names and key.kind is not KeyKind.ID:
                text = f"`{field.name}` is encrypted at random: no two values are alike, so that no key can compare them"
                way_out = "write mode: deterministic, or put the key on the field of a blindIndex"
                yield Problem(text, key.attribute.syntax.span, way_out)


@rule("blind-index")
def blind_indexes_are_fields_of_their_own(case: Case) -> Iterator[Problem]:
    """A blind index is another field of the model, a String or Bytes that is not encrypted itself."""
    taken: set[tuple[str, str]] = set()
    encrypted = {(model.name, field.name) for _, model, field in annotated_fields(case, "encrypted")}
    for annotation, model, field in annotated_fields(case, "encrypted"):
        given = annotation.arguments.get("blindIndex")
        name = word_of(given)
        if given is None or name is None:
            continue
        target = model.fields.get(name)
        if target is None:
            yield no_field(model, name, given.span, f"add `{name} String?`")
        elif target.target not in {Scalar.STRING, Scalar.BYTES} or target.arity is Arity.LIST:
            yield Problem(
                f"`{name}` cannot hold a digest",
                given.span,
                f"write `{name} String?`, with @unique or an index",
            )
        elif (model.name, name) in encrypted or name == field.name:
            yield Problem(
                f"`{name}` is encrypted itself", given.span, "name a field that holds the digest alone"
            )
        elif (model.name, name) in taken:
            yield Problem(f"`{name}` holds the digest of another field", given.span, "give each its own")
        taken.add((model.name, name))


@rule("generated-field")
def generated_fields_are_filled_by_the_database_alone(case: Case) -> Iterator[Problem]:
    """A generated field has no default, is no part of an id, and is not encrypted."""
    encrypted = {(model.name, field.name) for _, model, field in annotated_fields(case, "encrypted")}
    for annotation, model, field in annotated_fields(case, "generated"):
        for name in ("default", "updatedAt"):
            if name in field.attributes:
                text = f"`{field.name}` is generated and has @{name}"
                yield Problem(text, field.attributes[name].syntax.span, "remove one of the two")
        if model.id is not None and field.name in model.id.names:
            text = f"`{field.name}` is generated and part of the id"
            yield Problem(text, annotation.syntax.span, "make it @unique, and another field the id")
        if (model.name, field.name) in encrypted:
            text = f"`{field.name}` is encrypted: the database cannot generate it"
            yield Problem(text, annotation.syntax.span, "remove one of the two annotations")


def no_field(model: BoundModel, name: str, span: Span, otherwise: str) -> Problem:
    """The problem of a name that no field of the model has."""
    meant = suggestion(name, model.fields)
    way_out = f"did you mean `{meant}`?" if meant else otherwise
    fix = (Edit(span, meant),) if meant else ()
    return Problem(f"`{model.name}` has no field `{name}`", span, way_out, fix=fix)


RULES: tuple[Rule, ...] = (
    former_names_are_free,
    json_types_are_of_json_fields,
    encrypted_fields_can_hold_what_is_encrypted,
    columns_have_room_for_what_is_encrypted,
    keys_of_encrypted_fields_can_compare,
    values_are_bound_to_rows_that_are_known,
    blind_indexes_are_fields_of_their_own,
    generated_fields_are_filled_by_the_database_alone,
)
