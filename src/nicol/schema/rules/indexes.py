"""Rules about how a database keeps ids, uniques and indexes: algorithms, operator classes, directions, prefixes."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Severity, suggestion
from nicol.schema.attributes import raw_text
from nicol.schema.bound import BoundField, BoundKey, BoundKeyField, BoundModel, ModelRef
from nicol.schema.build import native_type
from nicol.schema.document import Call, Constant, Expression, NumberLiteral
from nicol.schema.edits import instead
from nicol.schema.provider import ANY_LIST, IndexMethod, KeyKind, Native, Provider
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, EnumRef, Scalar, SortOrder, Unsupported

_USUAL_METHOD = "BTree"


def _columns(model: BoundModel, key: BoundKey) -> Iterator[tuple[BoundKeyField, BoundField]]:
    """The fields of a key that are columns."""
    for item in key.fields:
        field = model.fields.get(item.name)
        if field is not None and field.target is not None and not isinstance(field.target, ModelRef):
            yield item, field


def _method(key: BoundKey, provider: Provider) -> IndexMethod | None:
    return provider.methods.get(key.attribute.constant("type") or _USUAL_METHOD)


@rule("index-method")
def index_methods_exist(case: Case) -> Iterator[Problem]:
    """The type of an index is one that the database has."""
    if case.provider is None:
        return
    for _, key in case.model_keys():
        method = key.attribute.arguments.get("type")
        if isinstance(method, Constant) and method.name not in case.provider.methods:
            known = sorted(case.provider.methods)
            meant = suggestion(method.name, known)
            way_out = f"did you mean {meant}?" if meant else f"use one of {', '.join(known)}"
            text = f"{case.provider.title} has no indexes of type {method.name}"
            yield Problem(text, method.span, way_out, fix=instead(method.span, meant))


@rule("index-method-column")
def index_methods_suit_their_columns(case: Case) -> Iterator[Problem]:
    """The type of an index can order the columns that it names without an operator class."""
    if case.provider is None:
        return
    for model, key in case.model_keys():
        method = _method(key, case.provider)
        if key.kind is not KeyKind.INDEX or method is None or method.suits is None:
            continue
        for item, field in _columns(model, key):
            if "ops" not in item.options and not _takes(method.suits, field, lists=method.lists):
                text = f"an index of type {method.name} does not order `{field.name}`, {_described(field)}"
                yield Problem(text, item.span, _usable(method, field))


def _takes(columns: frozenset[str], field: BoundField, *, lists: bool) -> bool:
    if isinstance(field.target, Unsupported):
        return True
    return (lists and field.arity is Arity.LIST) or _storage(field) in columns


def _storage(field: BoundField) -> str:
    """What a column stores in the words of the provider's tables: `String`, `@Text`, or the name of an enum's kind."""
    if field.native is not None:
        return f"@{native_type(field.native).name}"
    return "enum" if isinstance(field.target, EnumRef) else field.syntax.type.name.text


def _described(field: BoundField) -> str:
    name = field.syntax.type.name.text + ("[]" if field.arity is Arity.LIST else "")
    return f"which is {name}" + (f" @{field.native.name.text}" if field.native else "")


def _usable(method: IndexMethod, field: BoundField) -> str:
    classes = _classes_for(method, field)
    if classes:
        return f"give an operator class: {field.name}(ops: {classes[0]})"
    raw = f'give one in the database\'s words: {field.name}(ops: raw("class"))'
    return f"leave `type` out, or {raw}" if method.raw_classes else "leave `type` out"


def _classes_for(method: IndexMethod, field: BoundField) -> list[str]:
    return [name for name in method.classes or () if _is_of(name, method, field)]


def _is_of(name: str, method: IndexMethod, field: BoundField) -> bool:
    columns = (method.classes or {})[name]
    return (ANY_LIST in columns and field.arity is Arity.LIST) or _storage(field) in columns


@rule("operator-class")
def operator_classes_suit_their_columns(case: Case) -> Iterator[Problem]:
    """An operator class belongs to the type of its index, and orders the column that it stands on."""
    if case.provider is None:
        return
    for model, key in case.model_keys():
        method = _method(key, case.provider)
        if key.kind is not KeyKind.INDEX or method is None or method.classes is None:
            continue
        for item, field in _columns(model, key):
            ops = item.options.get("ops")
            if ops is not None:
                yield from _class_fault(ops, method, field)


def _class_fault(ops: Expression, method: IndexMethod, field: BoundField) -> Iterator[Problem]:
    suited = _classes_for(method, field)
    way_out = f"there is {', '.join(suited)}" if suited else "remove it, or use an index of another type"
    if isinstance(ops, Call):
        if not method.raw_classes:
            yield Problem(f"an index of type {method.name} has no operator classes", ops.span, "remove it")
    elif isinstance(ops, Constant) and ops.name not in (method.classes or {}):
        meant = suggestion(ops.name, method.classes or ())
        text = f"an index of type {method.name} has no operator class {ops.name}"
        fix = instead(ops.span, meant)
        yield Problem(text, ops.span, f"did you mean {meant}?" if meant else way_out, fix=fix)
    elif isinstance(ops, Constant) and not _is_of(ops.name, method, field):
        text = f"{ops.name} does not order `{field.name}`, {_described(field)}"
        yield Problem(text, ops.span, way_out)


@rule("key-option-value")
def key_options_have_a_meaning(case: Case) -> Iterator[Problem]:
    """A direction is Asc or Desc, and not for ids; an operator class is a name or raw("sql"), and only for indexes."""
    for _, key in case.model_keys():
        for item in key.fields:
            sort, ops = item.options.get("sort"), item.options.get("ops")
            if isinstance(sort, Constant) and sort.name not in set(SortOrder):
                yield Problem(f"there is no direction `{sort.name}`", sort.span, "write Asc or Desc")
            elif sort is not None and key.kind in {KeyKind.ID, KeyKind.FULLTEXT}:
                yield Problem(f"the fields of {key.mark} have no direction", sort.span, "remove it")
            if ops is not None and key.kind in {KeyKind.UNIQUE, KeyKind.FULLTEXT}:
                yield Problem("operator classes are for @@index", ops.span, "remove it")
            elif ops is not None and not isinstance(ops, Constant) and raw_text(ops) is None:
                yield Problem("this is no operator class", ops.span, 'write a class, or raw("class")')


@rule("unsorted-index")
def directions_are_for_indexes_that_have_them(case: Case) -> Iterator[Problem]:
    """A direction stands in an index whose type keeps an order."""
    if case.provider is None:
        return
    for _, key in case.model_keys():
        method = _method(key, case.provider)
        for item in key.fields:
            sort = item.options.get("sort")
            if method is not None and not method.sorts and sort is not None:
                text = f"an index of type {method.name} has no direction"
                yield Problem(text, sort.span, "remove it, or use an index of another type")


@rule("key-prefix")
def prefixes_are_for_texts_and_bytes(case: Case) -> Iterator[Problem]:
    """A key holds a prefix (`length:`) of a column of texts or bytes, where the database can."""
    if case.provider is None:
        return
    for model, key in case.model_keys():
        for item, field in _columns(model, key):
            length = item.options.get("length")
            if length is None:
                continue
            if not case.provider.prefixes:
                yield Problem(f"{case.provider.title} has no keys of prefixes", length.span, "remove it")
            elif key.kind is KeyKind.FULLTEXT:
                yield Problem("@@fulltext takes the whole text", length.span, "remove it")
            elif field.target not in {Scalar.STRING, Scalar.BYTES} and not isinstance(
                field.target, Unsupported
            ):
                text = f"`{field.name}` is {field.syntax.type.name.text}, which has no prefix"
                yield Problem(text, length.span, "remove it: only String and Bytes have")
            elif isinstance(length, NumberLiteral) and not (length.text.isdigit() and int(length.text)):
                text = "a prefix has at least one character"
                yield Problem(text, length.span, "give the length of the prefix", Severity.WARNING)


@rule("native-type-key")
def keys_are_of_native_types_that_can_be_compared(case: Case) -> Iterator[Problem]:
    """A column of a native type is part of a key only where the database can compare its values."""
    if case.provider is None:
        return
    for model, key in case.model_keys():
        for item, field in _columns(model, key):
            native = case.provider.natives.get(native_type(field.native).name) if field.native else None
            if native is None or key.kind not in native.barred or _has_prefix(item, native):
                continue
            text = f"{case.provider.title} has no {key.mark} on {native.name}"
            yield Problem(text, item.span, _way_to_a_key(item, native))


def _has_prefix(item: BoundKeyField, native: Native) -> bool:
    return native.prefixed and "length" in item.options


def _way_to_a_key(item: BoundKeyField, native: Native) -> str:
    if native.prefixed:
        return f"give the length of a prefix: {item.name}(length: 100), or use another native type"
    return "use another native type"


@rule("fulltext-index")
def fulltext_indexes_are_for_databases_that_have_them(case: Case) -> Iterator[Problem]:
    """@@fulltext is for databases that have it; no key is clustered in those that Nicol knows."""
    if case.provider is None:
        return
    for _, key in case.model_keys():
        if key.kind is KeyKind.FULLTEXT and not case.provider.fulltext:
            yield Problem(f"{case.provider.title} has no @@fulltext", key.attribute.syntax.span, "remove it")
        clustered = key.attribute.arguments.get("clustered")
        if clustered is not None:
            yield Problem(
                f"{case.provider.title} has no clustered keys", clustered.span, "remove the argument"
            )


RULES: tuple[Rule, ...] = (
    index_methods_exist,
    index_methods_suit_their_columns,
    operator_classes_suit_their_columns,
    key_options_have_a_meaning,
    directions_are_for_indexes_that_have_them,
    prefixes_are_for_texts_and_bytes,
    keys_are_of_native_types_that_can_be_compared,
    fulltext_indexes_are_for_databases_that_have_them,
)
