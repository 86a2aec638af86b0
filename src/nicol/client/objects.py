"""How query results become the package's records: one constructor for each result shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from nicol.client.json_types import JsonClass
from nicol.client.names import attribute_name
from nicol.client.package import Package
from nicol.client.projection import Projection, constructor, project
from nicol.client.shaped import COUNTS
from nicol.schema.schema import JsonType


class PackageObjects:
    """The classes of a package as the query engine asks for them."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._projections: dict[tuple[str, Any], Projection] = {}

    def new(
        self,
        model: str,
        fields: tuple[str, ...],
        counts: tuple[str, ...] = (),
        relations: tuple[str, ...] = (),
        *,
        only: bool = False,
    ) -> Callable[..., Any]:
        """What builds a record from values by position: those of fields, the counts of relations, then relations.

        Where the order is that of the record's own constructor it is the class itself: nothing is called in between.
        """
        given = tuple(attribute_name(name) for name in (*fields, *relations))
        record = self.package.model(model)
        absent = self._absent(model, frozenset(given), only=only)
        if not absent and not counts:
            return (
                record
                if record.__struct_fields__[: len(given)] == given
                else _arranging(record, given, absent)
            )
        shape = self.package.shape(record, absent, counts)
        if not counts:
            return _arranging(shape, given, absent)
        places = (*given[: len(fields)], *(f"{COUNTS}.{name}" for name in counts), *given[len(fields) :])
        return _arranging(shape, places, absent, self.package.counts(record, counts))

    def _absent(self, model: str, given: frozenset[str], *, only: bool) -> frozenset[str]:
        """The attributes that a record does not have when these are read."""
        relations = {attribute_name(field.name) for field in self.package.models[model].relations}
        names = {attribute for _, attribute in self.package.field_names(self.package.model(model))}
        return frozenset(name for name in names - given if only or name not in relations)

    def projected(self, model: str, into: Any) -> Projection | None:
        """What a class wants of a model, found once; None for the model's own class."""
        if getattr(into, "__nicol_model__", None) == model:
            return None
        key = (model, into)
        try:
            found = self._projections.get(key)
        except TypeError:  # what cannot be hashed is no class
            found = None
        if found is None:
            found = project(self.package, self.package.models[model], into)
            self._projections[key] = found
        return found

    def into(self, cls: type, model: str, names: tuple[str, ...]) -> Callable[..., Any]:
        """What builds an object of such a class from the values of fields and relations, by position."""
        found = self.projected(model, cls)
        assert found is not None
        return constructor(found, model, names)

    def enum(self, name: str) -> Callable[[str], Any]:
        """What finds an enum's member by its name in the schema."""
        return {member.value: member for member in self.package.enum(name)}.__getitem__

    def json(self, of: JsonType) -> JsonClass:
        """The type of the program's own that Json fields hold."""
        return self.package.json_class(of)


def _arranging(
    record: type[Any],
    given: tuple[str, ...],
    absent: frozenset[str],
    counts: type[Any] | None = None,
) -> Callable[..., Any]:
    """Values that come in another order than the record wants them; counts come as `counts.…`.

    Attributes that do not come are None, or unset where they are absent. The source holds nothing but numbered parameters.
    """
    parameters = ", ".join(f"v{index}" for index in range(len(given)))
    places = {name: f"v{index}" for index, name in enumerate(given)}
    if counts is not None:
        places[COUNTS] = f"counts({', '.join(place for name, place in places.items() if '.' in name)})"
    missing = dict.fromkeys(absent, "unset")
    values = ", ".join((places | missing).get(name, "None") for name in record.__struct_fields__)
    known = {"record": record, "counts": counts, "unset": msgspec.UNSET}
    build: Callable[..., Any] = eval(f"lambda {parameters}: record({values})", known)  # noqa: S307
    return build
