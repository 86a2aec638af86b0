"""Rules about shard keys, by which PlanetScale spreads the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Span, suggestion
from nicol.schema.attributes import BoundAttribute
from nicol.schema.bound import BoundModel, ModelRef
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity

_FLAG = "shardKeys"


def _shard_keys(case: Case) -> Iterator[tuple[BoundModel, BoundAttribute, tuple[tuple[str, Span], ...]]]:
    """The shard keys of the models, each with the fields that it names and where."""
    for model in case.binding.models.values():
        if model.is_view:
            continue
        for field in model.fields.values():
            own = field.attributes.get("shardKey")
            if own is not None:
                yield model, own, ((field.name, own.syntax.span),)
        listed = model.attributes.get("shardKey")
        if listed is not None:
            yield model, listed, tuple((name.name, name.span) for name in listed.names("fields") or ())


@rule("shard-key")
def shard_keys_are_for_databases_that_have_them(case: Case) -> Iterator[Problem]:
    """A shard key is for a database that spreads rows, and a preview feature."""
    for _, key, _ in _shard_keys(case):
        if case.provider is not None and not case.provider.shards:
            yield Problem(f"{case.provider.title} has no shard keys", key.syntax.span, "remove it")
        elif _FLAG.lower() not in case.flags:
            way_out = f'add previewFeatures = ["{_FLAG}"] to a generator block'
            yield Problem("shard keys are a preview feature", key.syntax.span, way_out)


@rule("several-shard-keys")
def models_have_one_shard_key(case: Case) -> Iterator[Problem]:
    """A model has at most one shard key."""
    seen: set[str] = set()
    for model, key, _ in _shard_keys(case):
        if model.name in seen:
            way_out = "a shard key of several fields is one @@shardKey([a, b])"
            yield Problem(f"`{model.name}` has more than one shard key", key.syntax.span, way_out)
        seen.add(model.name)


@rule("shard-key-field")
def shard_keys_name_required_columns(case: Case) -> Iterator[Problem]:
    """A shard key names columns of its model that are required, each once, and at least one."""
    for model, key, names in _shard_keys(case):
        if not names and "fields" in key.arguments:
            yield Problem("@@shardKey names no fields", key.syntax.span, "name at least one")
        for place, (name, span) in enumerate(names):
            if name in [earlier for earlier, _ in names[:place]]:
                yield Problem(f"@@shardKey names `{name}` twice", span, "remove one")
            yield from _field_fault(model, name, span)


def _field_fault(model: BoundModel, name: str, span: Span) -> Iterator[Problem]:
    field = model.fields.get(name)
    if field is None:
        meant = suggestion(name, model.fields)
        way_out = f"did you mean `{meant}`?" if meant else "name fields of this model"
        yield Problem(f"`{model.name}` has no field `{name}`", span, way_out)
    elif isinstance(field.target, ModelRef):
        yield Problem(f"`{name}` is a relation, not a column", span, "use a field that holds a value")
    elif field.arity is not Arity.REQUIRED:
        way_out = f"write `{name} {field.syntax.type.name.text}`"
        yield Problem(f"`{name}` is part of a shard key, and must be required", span, way_out)


RULES: tuple[Rule, ...] = (
    shard_keys_are_for_databases_that_have_them,
    models_have_one_shard_key,
    shard_keys_name_required_columns,
)
