"""How query results become models of pydantic: what pydantic's own constructor does, but for the validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from nicol.client.names import attribute_name, visible_relations
from nicol.client.objects import PackageObjects
from nicol.client.pydantic_package import PydanticPackage
from nicol.client.pydantic_record import counts_of
from nicol.client.shaped import COUNTS


class PydanticObjects(PackageObjects):
    """Rows as pydantic models, which are built without validation: the database's own values are their types' already."""

    def new(
        self,
        model: str,
        fields: tuple[str, ...],
        counts: tuple[str, ...] = (),
        relations: tuple[str, ...] = (),
        *,
        only: bool = False,
    ) -> Callable[..., Any]:
        """What builds a record from values by position: those of fields, the counts of relations, then relations."""
        package = cast("PydanticPackage", self.package)
        record = package.model(model)
        given = tuple(attribute_name(name) for name in (*fields, *relations))
        missing = [] if only else self._relations(model, given)
        if not counts:
            return _building(record, given, missing, None)
        places = (*given[: len(fields)], *(f"{COUNTS}.{name}" for name in counts), *given[len(fields) :])
        shape = package.counted(record, counts)
        return _building(shape, places, missing, counts_of(shape))

    def _relations(self, model: str, given: tuple[str, ...]) -> list[str]:
        relations = visible_relations(self.package.schema, self.package.models[model])
        names = (attribute_name(field.name) for field in relations)
        return [name for name in names if name not in given]


def _building(record: Any, given: tuple[str, ...], missing: list[str], counts: Any) -> Callable[..., Any]:
    """What does all that pydantic's own constructor does, but validate.

    The source holds numbered parameters, and names as Python spells their text.
    """
    parameters = [f"v{index}" for index in range(len(given))]
    held = {name: place for name, place in zip(given, parameters, strict=True) if "." not in name}
    numbers = [(name, place) for name, place in zip(given, parameters, strict=True) if "." in name]
    if counts is not None:
        named = ", ".join(f"{attribute_name(name.partition('.')[2])}={place}" for name, place in numbers)
        held[COUNTS] = f"counts.model_construct({named})"
    fields_set = set(held)
    held |= dict.fromkeys(missing, "None")
    inside = ", ".join(f"{name!r}: {place}" for name, place in held.items())
    source = f"""
def build({", ".join(parameters)}):
    made = new(record)
    put(made, "__dict__", {{{inside}}})
    put(made, "__pydantic_fields_set__", copied())
    put(made, "__pydantic_extra__", None)
    put(made, "__pydantic_private__", None)
    return made
"""
    known: dict[str, Any] = {
        "new": object.__new__,
        "put": object.__setattr__,
        "record": record,
        "copied": fields_set.copy,
        "counts": counts,
    }
    exec(source, known)  # noqa: S102 - the text is made of names of attributes and numbers alone
    build: Callable[..., Any] = known["build"]
    return build
