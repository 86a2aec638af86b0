"""What every model of a client that was generated with `models = "pydantic"` is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from nicol.client.json_types import JsonClass
from nicol.client.pydantic_schema import bytes_schema, typed_json_schema


class Base64:
    """Bytes that JSON says in base64, as those of all records."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads and writes them; called by pydantic alone."""
        return bytes_schema()


class TypedJson:
    """A type of the program's own in a Json field. pydantic asks for it when it is first needed."""

    def __init__(self, of: JsonClass) -> None:
        self._of = of

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads and writes it; called by pydantic alone."""
        return typed_json_schema(self._of, handler)


class Home(Protocol):
    """The generated package that a record belongs to, as the record sees it."""

    def counted(self, record: Any, relations: tuple[str, ...]) -> Any:
        """The class of a model's records with the counts of these relations."""
        ...


class PydanticRecord(BaseModel):
    """One row of a model, with the relations that were included.

    Records are built from the database's own rows without validation. What a call did not select is not there: asking for
    it is an AttributeError, and dictionaries and JSON do without.
    """

    model_config = ConfigDict(
        defer_build=True, populate_by_name=True, serialize_by_alias=True, protected_namespaces=()
    )

    __nicol_package__: ClassVar[Home]
    """The generated package that the model belongs to."""

    __nicol_model__: ClassVar[str]
    """The model's name in the schema."""

    __nicol_whole__: ClassVar[type[PydanticRecord]]
    """The model's own class, of which one with counts is a subclass."""

    __nicol_counted__: ClassVar[tuple[str, ...]] = ()
    """The relations that were counted."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in type(self).model_fields:
                sentence = f"`{type(self).__name__}.{name}` was not read: name it in `select`, or leave it out of `omit`"
                raise AttributeError(sentence, name=name, obj=self)
            if name == "counts":
                raise AttributeError(
                    'nothing was counted: ask with include={"_count": True}', name=name, obj=self
                )
            return super().__getattr__(name)

        def __reduce__(self) -> Any:
            """As a record of the model's own class, or of what the package makes of it with these counts."""
            return _again, (self.__nicol_whole__, self.__nicol_counted__, self.__getstate__())


class CountsRecord(BaseModel):
    """How many rows relations have, each under the name of its relation."""

    __nicol_record__: ClassVar[type[PydanticRecord]]
    __nicol_counted__: ClassVar[tuple[str, ...]]

    if not TYPE_CHECKING:

        def __reduce__(self) -> Any:
            """As what the package makes of its model with these counts."""
            return _counts_again, (self.__nicol_record__, self.__nicol_counted__, self.__getstate__())

        def __getattr__(self, name: str) -> Any:
            sentence = f"`{self.__nicol_record__.__name__}.{name}` was not counted: name it in `_count`"
            raise AttributeError(sentence, name=name, obj=self)


def counts_of(shape: type[PydanticRecord]) -> Any:
    """The class of the counts that records of a class have."""
    return shape.model_fields["counts"].annotation


def _counts_again(record: type[PydanticRecord], counted: tuple[str, ...], state: Any) -> Any:
    return _filled(counts_of(record.__nicol_package__.counted(record, counted)), state)


def _again(record: type[PydanticRecord], counted: tuple[str, ...], state: Any) -> Any:
    cls = record.__nicol_package__.counted(record, counted) if counted else record
    return _filled(cls, state)


def _filled(cls: type[Any], state: Any) -> Any:
    made = object.__new__(cls)
    made.__setstate__(state)
    return made
