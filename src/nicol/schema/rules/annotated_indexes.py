"""Rules about annotations that add to an index, or make one of an expression."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.schema.annotations.place import BoundAnnotation
from nicol.schema.annotations.table import Place
from nicol.schema.annotations.values import NOT_DISTINCT, flag, word_of, words_of
from nicol.schema.bound import BoundKey, BoundModel, KeyKind, ModelRef
from nicol.schema.document import ObjectExpression
from nicol.schema.rules.annotated import named, no_field
from nicol.schema.rules.annotations import label
from nicol.schema.rules.rule import Case, Problem, Rule, rule


@rule("index-annotation")
def index_annotations_add_to_an_index(case: Case) -> Iterator[Problem]:
    """On a field, `index` adds to its @unique; above an index or on a field, it adds something."""
    for annotation, model in named(case, "index"):
        place, span = annotation.holder.place, annotation.syntax.span
        key = _key(annotation, model)
        if place is Place.FIELD and _is_misplaced(annotation):
            continue  # another rule says where that belongs
        if place is Place.FIELD and key is None:
            way_out = "on a field it adds to its @unique; write @@index([field]) in the model and put it above that line"
            yield Problem(f"`{annotation.holder.item}` has no @unique", span, way_out)
        elif place is not Place.MODEL and not annotation.arguments:
            yield Problem(f"{label(annotation)} adds nothing here", span, "give `include` or `nulls`")


def _is_misplaced(annotation: BoundAnnotation) -> bool:
    """True when an annotation on a field makes an index of an expression."""
    return any(
        each.name is not None and each.name.text == "expression" for each in annotation.syntax.arguments
    )


def _key(annotation: BoundAnnotation, model: BoundModel | None) -> BoundKey | None:
    """The index that an annotation adds to."""
    for key in model.keys if model else ():
        syntax = key.attribute.syntax.span
        if annotation.holder.place is Place.FIELD:
            if key.kind is KeyKind.UNIQUE and key.field == annotation.holder.item:
                return key
        elif (syntax.path, syntax.start) == annotation.holder.anchor:
            return key
    return None


@rule("index-annotation-field")
def index_annotations_name_columns(case: Case) -> Iterator[Problem]:
    """`include` names columns that the index does not have yet, `nulls` those that it has."""
    for annotation, model in named(case, "index"):
        key = _key(annotation, model)
        names = key.names if key else ()
        seen: set[str] = set()
        for item in words_of(annotation.arguments.get("include")):
            field = model.fields.get(item.name) if model else None
            if model is None:
                continue
            if field is None:
                yield no_field(model, item.name, item.span, "name fields of this model")
            elif isinstance(field.target, ModelRef):
                yield Problem(f"`{item.name}` is a relation, not a column", item.span, "name a column")
            elif item.name in names or item.name in seen:
                yield Problem(f"the index has `{item.name}` already", item.span, "remove it here")
            seen.add(item.name)
        nulls = annotation.arguments.get("nulls")
        for entry in nulls.entries if isinstance(nulls, ObjectExpression) else ():
            if entry.name and entry.name.text not in names:
                yield Problem(
                    f"the index has no `{entry.name.text}`", entry.span, "name a field of the index"
                )


@rule("index-annotation-nulls")
def nulls_are_placed_or_told_apart_where_that_means_something(case: Case) -> Iterator[Problem]:
    """NotDistinct is for unique indexes; the place of nulls for the fields of an index."""
    for annotation, model in named(case, "index"):
        nulls, key = annotation.arguments.get("nulls"), _key(annotation, model)
        if nulls is None:
            continue
        on_model = annotation.holder.place is Place.MODEL
        unique = flag(annotation, "unique", otherwise=False) if on_model else _is_unique(key)
        if word_of(nulls) == NOT_DISTINCT and not unique:
            yield Problem(
                "only a unique index tells nulls apart", nulls.span, "use a unique one, or remove it"
            )
        elif on_model and word_of(nulls) != NOT_DISTINCT:
            text = "the place of nulls is for indexes on fields"
            yield Problem(text, nulls.span, "write NotDistinct for a unique index, or remove it")


def _is_unique(key: BoundKey | None) -> bool:
    return key is None or key.kind is KeyKind.UNIQUE


RULES: tuple[Rule, ...] = (
    index_annotations_add_to_an_index,
    index_annotations_name_columns,
    nulls_are_placed_or_told_apart_where_that_means_something,
)
