"""How query results become the package's records: one constructor for each result shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicol.client.names import attribute_name
from nicol.client.package import Package


class PackageObjects:
    """The classes of a package as the query engine asks for them."""

    def __init__(self, package: Package) -> None:
        self._package = package

    def new(self, model: str, fields: tuple[str, ...]) -> Callable[..., Any]:
        """What builds a record from the values of these fields, given by position in this order.

        Where the order is that of the record's own constructor it is the class itself: nothing is called in between.
        """
        record = self._package.model(model)
        given = tuple(attribute_name(field) for field in fields)
        if record.__struct_fields__[: len(given)] == given:
            return record
        return _rearranging(record, given)

    def enum(self, name: str) -> Callable[[str], Any]:
        """What finds an enum's member by its name in the schema."""
        return {member.value: member for member in self._package.enum(name)}.__getitem__


def _rearranging(record: type[Any], given: tuple[str, ...]) -> Callable[..., Any]:
    """Values that come in another order than the record wants them; fields that do not come are None.

    The source holds nothing but numbered parameters.
    """
    parameters = ", ".join(f"v{index}" for index in range(len(given)))
    places = {name: f"v{index}" for index, name in enumerate(given)}
    values = ", ".join(places.get(name, "None") for name in record.__struct_fields__)
    build: Callable[..., Any] = eval(f"lambda {parameters}: record({values})", {"record": record})  # noqa: S307
    return build
