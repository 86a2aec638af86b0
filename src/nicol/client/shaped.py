"""Records that hold less than their model, or counts beside it: one class for each shape of a result.

What was not read is `msgspec.UNSET` inside, which nobody writes anywhere, and an AttributeError to whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar, cast

import msgspec

from nicol.client.names import attribute_name

R = TypeVar("R", bound=type[msgspec.Struct])

COUNTS = "counts"
"""The attribute of a record that holds its counts, which dictionaries call `_count` as Prisma does."""


class NotRead:
    """What stands in a class in the place of an attribute that its records do not have."""

    def __init__(self, name: str, sentence: str) -> None:
        self._name = name
        self._sentence = sentence

    def __get__(self, record: object, owner: type | None = None) -> Any:
        if record is None:
            return self
        raise AttributeError(self._sentence, name=self._name, obj=record)

    def __set__(self, record: object, value: object) -> None:
        raise AttributeError(self._sentence, name=self._name, obj=record)


class Counts(msgspec.Struct, gc=False):
    """How many rows relations have, each under the name of its relation."""

    __nicol_record__: ClassVar[type[msgspec.Struct]]
    """The class of the model whose relations were counted."""

    def __getattr__(self, name: str) -> Any:
        owner = self.__nicol_record__.__name__
        raise AttributeError(f"`{owner}.{name}` was not counted: name it in `_count`", name=name, obj=self)

    def __reduce__(self) -> tuple[Any, ...]:
        names = self.__struct_encode_fields__
        return _counts_again, (self.__nicol_record__, names, msgspec.structs.astuple(self))


def counts_class(record: type[msgspec.Struct], relations: Iterable[str]) -> type[Counts]:
    """The class of the counts of these relations."""
    names = tuple(relations)
    made = msgspec.defstruct(
        f"{record.__name__}Counts",
        [(attribute_name(name), int) for name in names],
        bases=(Counts,),
        module=record.__module__,
        namespace={"__nicol_record__": record},
        rename={attribute_name(name): name for name in names},
        gc=False,
    )
    return cast("type[Counts]", made)


def shaped_class(record: R, absent: frozenset[str], counts: type[Counts] | None) -> R:
    """The class of records without these attributes, and with counts."""
    made = msgspec.defstruct(
        record.__name__,
        [(COUNTS, counts, msgspec.UNSET)] if counts else [],
        bases=(record,),
        module=record.__module__,
        namespace={
            "__doc__": record.__doc__,
            "__nicol_whole__": record,
            "__nicol_absent__": absent,
            "__repr__": _repr,
            "__rich_repr__": _shown,
            "__reduce__": _reduce,
        },
        rename={COUNTS: "_count"},
        gc=False,
    )
    for name in absent:
        setattr(made, name, NotRead(name, _not_selected(record.__name__, name)))
    return cast("R", made)


def filled(record: Any, update: Mapping[str, Any]) -> Any:
    """A record that has these attributes too, of which some are absent."""
    absent = frozenset(record.__nicol_absent__).difference(update)
    return _shaped_again(
        record.__nicol_whole__, absent, _counted(record), dict(_shown(record)) | dict(update)
    )


def _not_selected(model: str, name: str) -> str:
    return f"`{model}.{name}` was not read: name it in `select`, or leave it out of `omit`"


def _shown(record: msgspec.Struct) -> Iterable[tuple[str, Any]]:
    absent: frozenset[str] = cast("Any", record).__nicol_absent__
    return [(name, getattr(record, name)) for name in record.__struct_fields__ if name not in absent]


def _repr(record: msgspec.Struct) -> str:
    shown = ", ".join(f"{name}={value!r}" for name, value in _shown(record))
    return f"{type(record).__name__}({shown})"


def _reduce(record: Any) -> tuple[Any, ...]:
    return _shaped_again, (
        record.__nicol_whole__,
        record.__nicol_absent__,
        _counted(record),
        dict(_shown(record)),
    )


def _counted(record: Any) -> tuple[str, ...]:
    return record.counts.__struct_encode_fields__ if COUNTS in record.__struct_fields__ else ()


def _shaped_again(
    record: Any, absent: frozenset[str], counts: tuple[str, ...], values: dict[str, Any]
) -> Any:
    given = dict.fromkeys(absent, msgspec.UNSET) | values
    return record.__nicol_package__.shape(record, absent, counts)(**given)


def _counts_again(record: Any, relations: tuple[str, ...], values: tuple[int, ...]) -> Any:
    return record.__nicol_package__.counts(record, relations)(*values)
