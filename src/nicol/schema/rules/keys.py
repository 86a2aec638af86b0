"""Rules about ids, uniques and indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nicol.diagnostics import suggestion
from nicol.schema.attributes import raw_text
from nicol.schema.bound import BoundField, BoundKey, BoundModel, KeyKind, ModelRef
from nicol.schema.document import Call, Constant
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, SortOrder, Unsupported


def _keys(case: Case) -> Iterator[tuple[BoundModel, BoundKey]]:
    for model in case.binding.models.values():
        for key in model.keys:
            yield model, key


def _mark(key: BoundKey) -> str:
    return f"@{key.kind.value}" if key.field else f"@@{key.kind.value}"


@rule("missing-id")
def models_can_be_told_apart(case: Case) -> Iterator[Problem]:
    """A model has an id or a unique criterion of required fields."""
    for model in case.binding.models.values():
        if (
            model.is_view
            or "ignore" in model.attributes
            or any(_is_strict(key, model) for key in model.criteria)
        ):
            continue
        way_out = "add `id Int @id @default(autoincrement())`, or mark required fields with @id, @unique, @@id or @@unique"
        yield Problem(f"the rows of `{model.name}` cannot be told apart", model.syntax.name.span, way_out)


def _is_strict(key: BoundKey, model: BoundModel) -> bool:
    fields = [model.fields[name] for name in key.names if name in model.fields]
    return all(
        field.arity is not Arity.OPTIONAL and not isinstance(field.target, Unsupported) for field in fields
    )


@rule("several-ids")
def models_have_one_id(case: Case) -> Iterator[Problem]:
    """A model has at most one id."""
    for model in case.binding.models.values():
        ids = [key for key in model.keys if key.kind is KeyKind.ID]
        for key in ids[1:]:
            way_out = "an id of several fields is one @@id([a, b]); other keys are @unique"
            yield Problem(f"`{model.name}` has more than one id", key.attribute.syntax.span, way_out)


@rule("view-key")
def views_have_no_ids(case: Case) -> Iterator[Problem]:
    """A view has neither an id nor indexes."""
    for model, key in _keys(case):
        if model.is_view and key.kind is not KeyKind.UNIQUE:
            yield Problem(f"a view has no {_mark(key)}", key.attribute.syntax.span, "@unique is allowed")


@rule("optional-id")
def ids_are_required(case: Case) -> Iterator[Problem]:
    """The fields of an id are required, and no lists."""
    for model, key in _keys(case):
        if key.kind is KeyKind.ID:
            for item in key.fields:
                field = model.fields.get(item.name)
                if (
                    field is not None
                    and field.arity is not Arity.REQUIRED
                    and not isinstance(field.target, ModelRef)
                ):
                    kind = "a list" if field.arity is Arity.LIST else "optional"
                    way_out = f"write `{field.name} {field.syntax.type.name.text}`"
                    yield Problem(
                        f"`{field.name}` is part of an id and cannot be {kind}",
                        field.syntax.type.span,
                        way_out,
                    )


@rule("unknown-key-field")
def keys_name_columns(case: Case) -> Iterator[Problem]:
    """An id, unique or index names fields of its model that are columns, each once, and at least one."""
    for model, key in _keys(case):
        if key.field is not None:
            continue
        if not key.fields and "fields" in key.attribute.arguments:
            yield Problem(f"{_mark(key)} names no fields", key.attribute.syntax.span, "name at least one")
        seen: set[str] = set()
        for item in key.fields:
            if item.name in seen:
                yield Problem(f"{_mark(key)} names `{item.name}` twice", item.span, "remove one")
            seen.add(item.name)
            problem = _not_a_column(model, item.name)
            if problem is not None:
                yield Problem(problem[0], item.span, problem[1])


def _not_a_column(model: BoundModel, name: str) -> tuple[str, str] | None:
    field = model.fields.get(name)
    if field is None:
        meant = suggestion(name, model.fields)
        return (
            f"`{model.name}` has no field `{name}`",
            f"did you mean `{meant}`?" if meant else "name fields of this model",
        )
    if isinstance(field.target, ModelRef):
        return f"`{name}` is a relation, not a column", _columns_of(field)
    return None


def _columns_of(field: BoundField) -> str:
    columns = field.relation.names("fields") if field.relation else None
    return (
        f"use {', '.join(f'`{column.name}`' for column in columns)}"
        if columns
        else "use a field that holds a value"
    )


@rule("index-method")
def index_methods_exist(case: Case) -> Iterator[Problem]:
    """The type of an index is one that the database has."""
    if case.provider is None:
        return
    for _, key in _keys(case):
        method = key.attribute.arguments.get("type")
        if isinstance(method, Constant) and method.name not in case.provider.index_methods:
            known = sorted(case.provider.index_methods)
            meant = suggestion(method.name, known)
            way_out = (
                f"did you mean {meant}?"
                if meant
                else f"use one of {', '.join(known) or 'none: leave it out'}"
            )
            yield Problem(f"{case.provider.name} has no indexes of type {method.name}", method.span, way_out)


@rule("key-option-value")
def key_options_have_a_meaning(case: Case) -> Iterator[Problem]:
    """The options of a key's field mean something: Asc or Desc, classes only in @@index, nothing in an id."""
    for _, key in _keys(case):
        for item in key.fields:
            sort, ops, length = (item.options.get(name) for name in ("sort", "ops", "length"))
            if isinstance(sort, Constant) and sort.name not in set(SortOrder):
                yield Problem(f"there is no direction `{sort.name}`", sort.span, "write Asc or Desc")
            elif sort is not None and key.kind is KeyKind.ID:
                yield Problem("the fields of an id have no direction", sort.span, "remove it")
            if ops is not None and key.kind is not KeyKind.INDEX:
                yield Problem("operator classes are for @@index", ops.span, "remove it")
            elif isinstance(ops, Call) and raw_text(ops) is None:
                yield Problem("this is no operator class", ops.span, 'write a class, or raw("class")')
            if length is not None and case.provider is not None:
                yield Problem(f"{case.provider.name} has no prefix lengths", length.span, "remove it")


@rule("fulltext-index")
def fulltext_indexes_belong_to_mysql(case: Case) -> Iterator[Problem]:
    """@@fulltext and clustered are for databases that Nicol does not serve."""
    if case.provider is None:
        return
    for _, key in _keys(case):
        if key.kind is KeyKind.FULLTEXT:
            yield Problem(f"{case.provider.name} has no @@fulltext", key.attribute.syntax.span, "remove it")
        clustered = key.attribute.arguments.get("clustered")
        if clustered is not None:
            yield Problem(
                f"{case.provider.name} has no clustered keys", clustered.span, "remove the argument"
            )


@rule("key-name")
def key_names_have_a_use(case: Case) -> Iterator[Problem]:
    """An index has one database name; a database name of an id is for databases that keep it."""
    for _, key in _keys(case):
        arguments = key.attribute.arguments
        if key.kind is KeyKind.INDEX and "name" in arguments and "map" in arguments:
            yield Problem("`name` and `map` of an index say the same", arguments["name"].span, "keep `map`")
        if key.attribute.string("map") == "":
            yield Problem(
                "a database name cannot be empty", arguments["map"].span, "name it, or leave it out"
            )
        named = case.provider is None or case.provider.named_foreign_keys
        if key.kind is KeyKind.ID and "map" in arguments and not named and case.provider:
            text = f"{case.provider.name} keeps no names of primary keys"
            yield Problem(text, arguments["map"].span, "remove `map`")


@rule("index-condition")
def conditions_are_sql(case: Case) -> Iterator[Problem]:
    """The condition of a partial index is raw SQL."""
    for _, key in _keys(case):
        where = key.attribute.arguments.get("where")
        if where is not None and not (raw_text(where) or "").strip():
            yield Problem("this condition cannot be read", where.span, 'write raw("deleted_at IS NULL")')


@rule("duplicate-index-name")
def index_names_are_their_own(case: Case) -> Iterator[Problem]:
    """No two indexes or uniques of a database schema have the same given name."""
    seen: set[tuple[str | None, str]] = set()
    for model, key in _keys(case):
        name = _database_name(key)
        if name is None or key.kind is KeyKind.ID or "ignore" in model.attributes:
            continue
        schema = model.attributes.get("schema")
        place = (schema.string("map") if schema else None, name)
        if place in seen:
            yield Problem(
                f'there is more than one index called "{name}"', key.attribute.syntax.span, "rename one"
            )
        seen.add(place)


def _database_name(key: BoundKey) -> str | None:
    return key.attribute.string("map") or (
        key.attribute.string("name") if key.kind is KeyKind.INDEX else None
    )


@rule("repeated-key")
def keys_are_given_once(case: Case) -> Iterator[Problem]:
    """No two indexes or uniques of one kind have the same fields, unless they have names of their own."""
    for model in case.binding.models.values():
        seen: set[tuple[KeyKind, tuple[str, ...]]] = set()
        for key in model.keys:
            if key.kind is KeyKind.ID or not key.fields or _database_name(key) is not None:
                continue
            if (key.kind, key.names) in seen:
                fields = ", ".join(key.names)
                text = f"{_mark(key)} on {fields} is given twice"
                yield Problem(text, key.attribute.syntax.span, "remove one, or name it with `map`")
            seen.add((key.kind, key.names))


_CLIENT_NAME = re.compile(r"[A-Za-z0-9_]+")


@rule("client-key-name")
def client_names_of_keys_are_free_words(case: Case) -> Iterator[Problem]:
    """What clients call a compound key is a word that no field has."""
    for model, key in _keys(case):
        if key.field is not None or key.kind not in {KeyKind.ID, KeyKind.UNIQUE}:
            continue
        given = key.attribute.string("name")
        name = "_".join(key.names) if given is None else given
        span = key.attribute.arguments["name"].span if given is not None else key.attribute.syntax.span
        if not _CLIENT_NAME.fullmatch(name) and given is not None:
            yield Problem(f'"{name}" is no name for a key', span, "use letters, digits and _")
        elif name in model.fields and (given is not None or len(key.names) > 1):
            text = f"clients would call this key `{name}`, which is a field of `{model.name}`"
            yield Problem(text, span, 'give it another name: name: "..."')


RULES: tuple[Rule, ...] = (
    models_can_be_told_apart,
    models_have_one_id,
    views_have_no_ids,
    ids_are_required,
    keys_name_columns,
    index_methods_exist,
    key_options_have_a_meaning,
    fulltext_indexes_belong_to_mysql,
    key_names_have_a_use,
    conditions_are_sql,
    index_names_are_their_own,
    keys_are_given_once,
    client_names_of_keys_are_free_words,
)
