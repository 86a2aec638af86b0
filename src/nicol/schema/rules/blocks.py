"""Rules about whole blocks: the kinds that Nicol's databases have, and what they must hold."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import suggestion
from nicol.schema.bound import BoundEnum, BoundModel
from nicol.schema.document import ModelKind, StringLiteral
from nicol.schema.edits import instead, new_attribute, text_of
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.settings import build_datasource


@rule("composite-type")
def there_are_no_composite_types(case: Case) -> Iterator[Problem]:
    """Composite types belong to MongoDB."""
    for document in case.binding.documents:
        for model in document.models:
            if model.kind is ModelKind.TYPE:
                name = model.name.text
                way_out = "use a Json field, or a model and a relation"
                yield Problem(
                    f"`{name}` is a composite type, which only MongoDB has", model.name.span, way_out
                )


@rule("view-flag")
def views_are_asked_for(case: Case) -> Iterator[Problem]:
    """A view is a preview feature, which a generator asks for."""
    if "views" not in case.flags:
        for model in case.binding.models.values():
            if model.is_view:
                way_out = 'add previewFeatures = ["views"] to a generator block'
                yield Problem("views are a preview feature", model.syntax.name.span, way_out)


@rule("empty-enum")
def enums_have_values(case: Case) -> Iterator[Problem]:
    """An enum has at least one value."""
    for enum in case.binding.enums.values():
        if not enum.values:
            yield Problem(f"the enum `{enum.name}` has no values", enum.syntax.name.span, "add at least one")


@rule("database-schema")
def database_schemas_are_declared(case: Case) -> Iterator[Problem]:
    """@@schema names one of the datasource's schemas; where it declares some, every model, view and enum has one."""
    source = case.binding.datasource
    declared = build_datasource(source).schemas if source else ()
    blocks: list[BoundModel | BoundEnum] = [*case.binding.models.values(), *case.binding.enums.values()]
    for block in blocks:
        attribute = block.attributes.get("schema")
        name = attribute.arguments.get("map") if attribute else None
        if attribute is not None and case.provider is not None and not case.provider.namespaces:
            yield Problem(f"{case.provider.title} has no schemas", attribute.syntax.span, "remove @@schema")
        elif isinstance(name, StringLiteral) and name.value not in declared:
            meant = suggestion(name.value, declared)
            way_out = (
                f'did you mean "{meant}"?'
                if meant
                else f'add it to the datasource: schemas = ["{name.value}"]'
            )
            fix = instead(name.span, f'"{meant}"' if meant else None)
            yield Problem(f'the datasource has no schema "{name.value}"', name.span, way_out, fix=fix)
        elif attribute is None and declared:
            way_out = f'add @@schema("{declared[0]}")'
            text = text_of(block.syntax.span, case.binding.documents)
            fix = (new_attribute(text, block.syntax, f'@@schema("{declared[0]}")'),)
            message = f"`{block.name}` is in none of the schemas"
            yield Problem(message, block.syntax.name.span, way_out, fix=fix)


RULES: tuple[Rule, ...] = (
    there_are_no_composite_types,
    views_are_asked_for,
    enums_have_values,
    database_schemas_are_declared,
)
