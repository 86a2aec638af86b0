"""Rules about whole blocks: the kinds that Nicol's databases have, and what they must hold."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Severity
from nicol.schema.document import ModelKind
from nicol.schema.rules.rule import Case, Problem, Rule, rule


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


@rule("view-left-out")
def views_are_left_to_the_database(case: Case) -> Iterator[Problem]:
    """A view is never migrated, and not in the generated client yet."""
    for model in case.binding.models.values():
        if model.is_view:
            text = f"the view `{model.name}` is read, but neither migrated nor in the generated client"
            yield Problem(
                text, model.syntax.name.span, "create it in a migration's SQL; query it raw", Severity.WARNING
            )


@rule("empty-enum")
def enums_have_values(case: Case) -> Iterator[Problem]:
    """An enum has at least one value."""
    for enum in case.binding.enums.values():
        if not enum.values:
            yield Problem(f"the enum `{enum.name}` has no values", enum.syntax.name.span, "add at least one")


RULES: tuple[Rule, ...] = (there_are_no_composite_types, views_are_left_to_the_database, enums_have_values)
