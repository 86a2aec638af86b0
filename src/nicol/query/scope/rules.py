"""What a scope says, in the words of the client: for each model which rows are there, and what its new rows hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

import msgspec

from nicol.query.faults import unknown
from nicol.query.models import Model, Models


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """For one model. `where`: only these rows are there. `data`: every new row holds this, and nobody changes it.

    `on_delete`: what is written instead when a row is deleted. A value that can be called is called for each query.
    """

    where: Mapping[str, Any] = {}
    data: Mapping[str, Any] = {}
    on_delete: Mapping[str, Any] | None = None


class Scope(msgspec.Struct, frozen=True):
    """What a scoped client sees and may touch.

    `fields`: every model that has one of these fields is kept to its value, in what is found and in what is made.
    `every`: a rule for all models that have a field. `rules`: a rule for one model. `shared`: models that the client may
    use as they are, `"*"` for all others. A model that nothing is said of cannot be reached. `raw`: raw SQL, which
    nothing of a client's can keep to a scope, is allowed all the same.

    `settings`: what the database is told in every transaction, where it has settings of such, for its policies to read. A
    value is a str, an int or a UUID, or is called for one; a name has two parts (`app.tenant`).
    """

    fields: Mapping[str, Any] = {}
    every: Mapping[str, Rule] = {}
    rules: Mapping[str, Rule] = {}
    shared: Collection[str] | Literal["*"] = ()
    raw: bool = False
    settings: Mapping[str, Any] = {}

    def rules_of(self, model: Model) -> tuple[Rule, ...] | None:
        """All rules for a model; None where it cannot be reached."""
        found = tuple(self._found(model))
        return found if found or self.shared == "*" or model.name in self.shared else None

    def check(self, models: Models) -> None:
        """QueryInvalid where the scope speaks of what there is not: a misspelt rule would keep nothing."""
        for name in (*self.rules, *(() if self.shared == "*" else self.shared)):
            if name not in models.by_name:
                unknown("model in a scope", name, models.by_name)
        fields = {field for model in models.by_name.values() for field in model.fields}
        for field in (*self.fields, *self.every):
            if field not in fields:
                unknown("field in a scope", field, fields)

    def _found(self, model: Model) -> Iterator[Rule]:
        for field, value in self.fields.items():
            if field in model.fields:
                yield Rule(where={field: value}, data={field: value})
        for field, rule in self.every.items():
            if field in model.fields:
                yield rule
        if model.name in self.rules:
            yield self.rules[model.name]
