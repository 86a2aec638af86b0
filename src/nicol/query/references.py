"""Fields in the place of values: `db.user.fields.logins`, or `FieldRef("logins")`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class FieldRef(Generic[T_co]):
    """Another field of the row that a filter is asked about. `model` None: whichever the filter's is.

    The parameter, for type checkers alone, is what the field holds.
    """

    name: str
    model: str | None = None


class FieldRefs:
    """The fields of a model, each as a `FieldRef`; a filter says which of them exist."""

    __slots__ = ("_model",)

    def __init__(self, model: str) -> None:
        self._model = model

    def __getattr__(self, name: str) -> FieldRef[Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return FieldRef(name, self._model)
