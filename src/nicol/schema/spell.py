"""From schema values back to text: the lines of models, views and enums, and the annotations that stand above them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nicol.schema.format import layout
from nicol.schema.schema import (
    Arity,
    Check,
    Comparison,
    Condition,
    Default,
    Enum,
    EnumRef,
    FieldType,
    ForeignKeyRelation,
    FunctionCall,
    Index,
    JoinTableRelation,
    KeyField,
    ListLiteral,
    Literal,
    Model,
    PrimaryKey,
    ReferentialAction,
    Relation,
    RelationField,
    Scalar,
    ScalarField,
    Schema,
    SortOrder,
    Unique,
    Unsupported,
)

_MARKS = {Arity.REQUIRED: "", Arity.OPTIONAL: "?", Arity.LIST: "[]"}
_QUOTED = frozenset({Scalar.STRING, Scalar.JSON, Scalar.DATETIME, Scalar.BYTES})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block: its text, and the annotations about the database that belong above it."""

    text: str
    annotations: tuple[str, ...] = ()


def spell_model(model: Model, schema: Schema, *, is_view: bool = False) -> str:
    """The whole block of a model or view, not aligned yet."""
    body: list[str] = []
    for field in model.fields:
        body += _written(field_line(field, model, schema), field.documentation)
    keys = [written for line in key_lines(model) for written in _written(line)]
    rest = [*keys, *setting_lines(model)]
    body += ["", *rest] if rest else []
    head = [*_documentation(model.documentation), *(f"/// {each}" for each in model_annotations(model))]
    return _block(head, f"{'view' if is_view else 'model'} {model.name}", body)


def spell_enum(enum: Enum) -> str:
    """The whole block of an enum."""
    head = [*_documentation(enum.documentation), *(f"/// {each}" for each in enum_annotations(enum))]
    body: list[str] = []
    for value in enum.values:
        body += [*_documentation(value.documentation), value_line(value.name, value.mapped)]
    settings = [f"@@map({_text(enum.mapped)})"] if enum.mapped != enum.name else []
    settings += [f"@@schema({_text(enum.namespace)})"] if enum.namespace else []
    body += ["", *settings] if settings else []
    return _block(head, f"enum {enum.name}", body)


def _block(head: list[str], opening: str, body: list[str]) -> str:
    return "\n".join([*head, f"{opening} {{", *(f"  {line}" if line else "" for line in body), "}"]) + "\n"


def spell_blocks(schema: Schema) -> str:
    """All models, views and enums of a schema, laid out."""
    blocks = [
        *(spell_model(model, schema) for model in schema.models),
        *(spell_model(view, schema, is_view=True) for view in schema.views),
        *map(spell_enum, schema.enums),
    ]
    return layout("\n".join(blocks)) if blocks else ""


def value_line(name: str, mapped: str) -> str:
    """One value of an enum."""
    return name if name == mapped else f"{name} @map({_text(mapped)})"


def _written(line: Line, documentation: str | None = None) -> Iterator[str]:
    yield from _documentation(documentation)
    yield from (f"/// {each}" for each in line.annotations)
    yield line.text


def _documentation(text: str | None) -> list[str]:
    return [f"/// {line}".rstrip() for line in text.splitlines()] if text else []


# ---- fields ----------------------------------------------------------------------------------------------------------


def field_line(field: ScalarField | RelationField, model: Model, schema: Schema) -> Line:
    """The line of a field."""
    match field:
        case ScalarField():
            return Line(" ".join(_scalar(field, model, schema)), tuple(_field_annotations(field, model)))
        case RelationField():
            return Line(" ".join(_relation(field, model, schema)))


def _scalar(field: ScalarField, model: Model, schema: Schema) -> Iterator[str]:
    yield field.name
    yield f"{_type(field.type)}{_MARKS[field.arity]}"
    key = model.primary_key
    if key and len(key.fields) == 1 and key.fields[0].name == field.name:
        yield f"@id{_brackets(_key_arguments(key, None))}"
    for unique in model.uniques:
        if unique.on_field and unique.fields[0].name == field.name:
            yield f"@unique{_brackets(_key_arguments(unique, unique.fields[0]))}"
    if field.default is not None:
        yield f"@default({_default(field.default, field.type)})"
    if field.updated_at:
        yield "@updatedAt"
    if field.mapped != field.name:
        yield f"@map({_text(field.mapped)})"
    if field.native is not None:
        args = f"({', '.join(map(str, field.native.args))})" if field.native.args else ""
        yield f"@{schema.datasource.name if schema.datasource else 'db'}.{field.native.name}{args}"
    if field.ignored:
        yield "@ignore"


def _type(type_name: FieldType) -> str:
    match type_name:
        case Unsupported(sql=sql):
            return f"Unsupported({_text(sql)})"
        case EnumRef(name=name):
            return name
        case Scalar():
            return type_name.value


def _default(default: Default, type_name: FieldType) -> str:
    match default:
        case Literal():
            return _literal(default, type_name)
        case ListLiteral(items=items):
            return f"[{', '.join(_literal(item, type_name) for item in items)}]"
        case FunctionCall(name=name, args=args, named=named):
            spelled = [_argument(value) for value in args]
            spelled += [f"{word}: {_argument(value)}" for word, value in named]
            return f"{name}({', '.join(spelled)})"


def _argument(value: str | int) -> str:
    return _text(value) if isinstance(value, str) else str(value)


def _literal(literal: Literal, type_name: FieldType) -> str:
    return _text(literal.text) if type_name in _QUOTED else literal.text


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _brackets(arguments: Iterable[str]) -> str:
    inside = ", ".join(arguments)
    return f"({inside})" if inside else ""


def _relation(field: RelationField, model: Model, schema: Schema) -> Iterator[str]:
    yield field.name
    yield f"{field.model}{_MARKS[field.arity]}"
    relation = schema.relation(field.relation)
    if inside := ", ".join(_relation_arguments(relation, field, model)):
        yield f"@relation({inside})"
    if field.ignored:
        yield "@ignore"


def _relation_arguments(relation: Relation, field: RelationField, model: Model) -> Iterator[str]:
    ends = (
        (relation.child, relation.parent)
        if isinstance(relation, ForeignKeyRelation)
        else (relation.a, relation.b)
    )
    name = relation.mapped[1:] if isinstance(relation, JoinTableRelation) else relation.name
    if ends[0] == ends[1] or name != "To".join(sorted(ends)):
        yield _text(name)
    holds = isinstance(relation, ForeignKeyRelation) and (relation.child, relation.child_field) == (
        model.name,
        field.name,
    )
    if not holds or not isinstance(relation, ForeignKeyRelation):
        return
    yield f"fields: [{', '.join(relation.fields)}]"
    yield f"references: [{', '.join(relation.references)}]"
    optional = all(model.scalar(name).arity is Arity.OPTIONAL for name in relation.fields)
    usual = ReferentialAction.SET_NULL if optional else ReferentialAction.RESTRICT
    if relation.on_delete is not usual:
        yield f"onDelete: {relation.on_delete}"
    if relation.on_update is not ReferentialAction.CASCADE:
        yield f"onUpdate: {relation.on_update}"
    if relation.mapped:
        yield f"map: {_text(relation.mapped)}"


# ---- keys and settings -----------------------------------------------------------------------------------------------


def key_lines(model: Model) -> tuple[Line, ...]:
    """The `@@id`, `@@unique` and `@@index` lines of a model."""
    key = model.primary_key
    own = [key] if key and len(key.fields) > 1 else []
    uniques = [unique for unique in model.uniques if not unique.on_field]
    indexes = [index for index in model.indexes if index.fields]
    return tuple(key_line(each) for each in (*own, *uniques, *indexes))


def key_line(key: PrimaryKey | Unique | Index) -> Line:
    """The line of a key that stands on the model."""
    word = {PrimaryKey: "id", Unique: "unique", Index: "index"}[type(key)]
    fields = f"[{', '.join(map(_key_field, key.fields))}]"
    annotation = _key_annotation(key) if not isinstance(key, PrimaryKey) else None
    return Line(
        f"@@{word}({', '.join((fields, *_key_arguments(key, None)))})", (annotation,) if annotation else ()
    )


def _key_field(field: KeyField) -> str:
    return f"{field.name}{_brackets(_key_options(field))}"


def _key_options(field: KeyField) -> Iterator[str]:
    if field.operator_class:
        is_word = field.operator_class[:1].isupper()
        yield f"ops: {field.operator_class if is_word else f'raw({_text(field.operator_class)})'}"
    if field.length is not None:
        yield f"length: {field.length}"
    if field.sort is SortOrder.DESC:
        yield "sort: Desc"


def _key_arguments(key: PrimaryKey | Unique | Index, field: KeyField | None) -> Iterator[str]:
    """What stands behind the fields of a key, or alone where it is written on its only field."""
    if field is not None:
        yield from _key_options(field)
    if not isinstance(key, Index) and key.name:
        yield f"name: {_text(key.name)}"
    if key.mapped:
        yield f"map: {_text(key.mapped)}"
    if isinstance(key, Index) and key.method and key.method != "BTree":
        yield f"type: {key.method}"
    if not isinstance(key, PrimaryKey) and key.where:
        yield f"where: {_condition(key.where)}"


def _condition(condition: Condition) -> str:
    if isinstance(condition, str):
        return f"raw({_text(condition)})"
    return f"{{ {', '.join(map(_comparison, condition))} }}"


def _comparison(one: Comparison) -> str:
    is_text = one.value is not None and isinstance(one.value.value, str)
    value = "null" if one.value is None else _text(one.value.text) if is_text else one.value.text
    return f"{one.field}: {f'{{ not: {value} }}' if one.negated else value}"


def setting_lines(model: Model) -> tuple[str, ...]:
    """`@@map`, `@@schema` and `@@ignore`."""
    return (
        *((f"@@map({_text(model.mapped)})",) if model.mapped != model.name else ()),
        *((f"@@schema({_text(model.namespace)})",) if model.namespace else ()),
        *(("@@ignore",) if model.ignored else ()),
    )


# ---- annotations -----------------------------------------------------------------------------------------------------


def model_annotations(model: Model) -> tuple[str, ...]:
    """What a model's annotations say about its table."""
    return (
        *(_check(check) for check in model.checks if check.field is None),
        *(_expression_index(index) for index in model.indexes if not index.fields),
        *(_comment(model.comment)),
    )


def enum_annotations(enum: Enum) -> tuple[str, ...]:
    """What an enum's annotations say about its type."""
    return tuple(_comment(enum.comment))


def _field_annotations(field: ScalarField, model: Model) -> Iterator[str]:
    yield from (_check(check) for check in model.checks if check.field == field.name)
    if field.generated:
        stored = "" if field.generated.stored else ", stored: false"
        yield f"@nicol.generated({_text(field.generated.sql)}{stored})"
    yield from _comment(field.comment)
    for unique in model.uniques:
        if unique.on_field and unique.fields[0].name == field.name and (said := _key_annotation(unique)):
            yield said


def _check(check: Check) -> str:
    name = f", name: {_text(check.name)}" if check.name else ""
    return f"@nicol.check({_text(check.sql)}{name})"


def _comment(text: str | None) -> Iterator[str]:
    if text is not None:
        yield f"@nicol.comment({_text(text)})"


def _expression_index(index: Index) -> str:
    texts = [_text(sql) for sql in index.expressions]
    arguments = [f"expression: {texts[0]}" if len(texts) == 1 else f"expression: [{', '.join(texts)}]"]
    arguments += ["unique: true"] if index.unique else []
    arguments += [f"include: [{', '.join(index.include)}]"] if index.include else []
    arguments += ["nulls: NotDistinct"] if not index.nulls_distinct else []
    arguments += [f"where: {_text(index.where)}"] if isinstance(index.where, str) else []
    arguments += [f"type: {index.method}"] if index.method else []
    arguments += [f"map: {_text(index.mapped)}"] if index.mapped else []
    return f"@nicol.index({', '.join(arguments)})"


def _key_annotation(key: Unique | Index) -> str | None:
    """What the language has no word for in a key on fields."""
    arguments = [f"include: [{', '.join(key.include)}]"] if key.include else []
    ordered = [(field.name, field.nulls) for field in key.fields if field.nulls]
    if not key.nulls_distinct:
        arguments.append("nulls: NotDistinct")
    elif len(key.fields) == 1 and ordered:
        arguments.append(f"nulls: {ordered[0][1]}")
    elif ordered:
        arguments.append(f"nulls: {{ {', '.join(f'{name}: {order}' for name, order in ordered)} }}")
    return f"@nicol.index({', '.join(arguments)})" if arguments else None
