"""What every model of a generated client is: a msgspec struct that speaks pydantic without importing it."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self, TypeAlias, cast

import msgspec

from nicol.client.json_types import from_pydantic, into_pydantic, shape_of
from nicol.client.shaped import COUNTS, Counts, NotRead, filled

Names: TypeAlias = Collection[str] | None


class Home(Protocol):
    """The generated package that a record belongs to, as the record sees it."""

    def field_names(self, record: type[Record]) -> tuple[tuple[str, str], ...]:
        """Each field that records of a class hold and the attribute that holds it, in the schema's order, `_count` last."""
        ...

    def shape(
        self, record: type[Record], absent: frozenset[str], counts: tuple[str, ...] = ()
    ) -> type[Record]:
        """The class of a model's records without these attributes, and with the counts of these relations."""
        ...

    def resolve(self, record: type[Record]) -> None:
        """Make every class that a record can lead to, so that the names in its annotations have a meaning."""
        ...

    def counts(self, record: type[Record], relations: tuple[str, ...]) -> type[Counts]:
        """The class of the counts of these relations of a model."""
        ...

    def core_schema(self, record: type[Record], handler: Any) -> Any:
        """How pydantic validates, writes and describes a record."""
        ...


class Record(msgspec.Struct, gc=False):
    """One row of a model, with the relations that were included.

    Records are built from the database's own rows without validation; `model_validate` builds one from foreign data.
    Cycles made by hand between records are not collected: records that Nicol returns are trees.
    """

    __nicol_package__: ClassVar[Home]
    """The generated package that the model belongs to."""

    __nicol_model__: ClassVar[str]
    """The model's name in the schema."""

    __nicol_whole__: ClassVar[type[Record]]
    """The model's own class, of which that of a shape is a subclass."""

    __nicol_absent__: ClassVar[frozenset[str]] = frozenset()
    """The attributes that are not there because they were not read."""

    if not TYPE_CHECKING:  # the stubs say which models have it
        counts = NotRead(COUNTS, 'nothing was counted: ask with include={"_count": True}')

    @classmethod
    def model_validate(cls, obj: Any, *, strict: bool = False) -> Self:
        """A record from a dictionary or from an object with its attributes; msgspec.ValidationError says what does not fit."""
        if isinstance(obj, cls):
            return obj
        cls.__nicol_package__.resolve(cls)
        return msgspec.convert(obj, cls, strict=strict, from_attributes=True, dec_hook=into_pydantic)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, *, strict: bool = False) -> Self:
        """A record from JSON text; msgspec.ValidationError says what does not fit."""
        cls.__nicol_package__.resolve(cls)
        return msgspec.json.decode(json_data, type=cls, strict=strict, dec_hook=into_pydantic)

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        """The model as JSON Schema."""
        cls.__nicol_package__.resolve(cls)
        return msgspec.json.schema(cls, schema_hook=shape_of)

    def model_dump(
        self,
        *,
        mode: Literal["python", "json"] = "python",
        include: Names = None,
        exclude: Names = None,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """The record as a dictionary in the schema's order; `mode="json"` holds only what JSON can say."""
        chosen = {
            name: value
            for name, value in _plain(self, exclude_none).items()
            if (include is None or name in include) and (exclude is None or name not in exclude)
        }
        return msgspec.to_builtins(chosen, enc_hook=from_pydantic) if mode == "json" else chosen

    def model_dump_json(
        self,
        *,
        indent: int | None = None,
        include: Names = None,
        exclude: Names = None,
        exclude_none: bool = False,
    ) -> str:
        """The record as JSON text."""
        text = msgspec.json.encode(
            self.model_dump(include=include, exclude=exclude, exclude_none=exclude_none),
            enc_hook=from_pydantic,
        )
        return (text if indent is None else msgspec.json.format(text, indent=indent)).decode()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with some fields changed; the changes are not validated."""
        original = copy.deepcopy(self) if deep else self
        given = update or {}
        if self.__nicol_absent__.isdisjoint(given):
            return msgspec.structs.replace(original, **given)
        return cast("Self", filled(original, given))

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """The fields as JSON says them: FastAPI asks so where a function does not say what it returns, and rounds Decimals."""
        return iter(self.model_dump(mode="json").items())

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: Any) -> Any:
        """How pydantic validates and writes the model; called by pydantic alone."""
        return cls.__nicol_package__.core_schema(cls, handler)


def _plain(value: Any, exclude_none: bool) -> Any:
    match value:
        case Record():
            names = type(value).__nicol_package__.field_names(type(value))
            values = ((name, _plain(getattr(value, attribute), exclude_none)) for name, attribute in names)
            return {name: item for name, item in values if not (exclude_none and item is None)}
        case Counts():
            return msgspec.to_builtins(value)
        case [Record(), *_]:
            return [_plain(item, exclude_none) for item in value]
        case _:
            return value
