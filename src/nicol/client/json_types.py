"""The Python type of a Json field (`@nicol.json`): how its values come out of JSON and go into it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import cached_property
from typing import Any, cast

import msgspec

from nicol.errors import ConfigurationError
from nicol.schema.schema import JsonType
from nicol.sql.json import JsonNull, json_text

_STATIC = re.compile(
    r"(Expected `[^`]*`(?: of length [^,]*)?, got `?[\w-]+`?|Object missing required field `\w+`)"
)


def json_alias(of: JsonType) -> str:
    """What generated stubs call a type, so that it hides no name of theirs."""
    return f"_{of.module.replace('.', '__')}__{of.name}"


class JsonClass:
    """A type of the program's own that a Json field holds. It is imported when it is first needed.

    pydantic reads and writes its own classes, msgspec all others: dataclasses, typed dictionaries, named tuples, structs.
    """

    def __init__(self, of: JsonType) -> None:
        self.of = of

    @cached_property
    def type(self) -> Any:
        """The type; ConfigurationError when it cannot be imported."""
        name = f"{self.of.module}.{self.of.name}"
        try:
            found = getattr(importlib.import_module(self.of.module), self.of.name)
        except (ImportError, AttributeError) as error:
            raise ConfigurationError(
                f"the type that `@nicol.json({name})` names cannot be imported: {error}",
                help="write the module as Python imports it, and keep it free of imports that lead back to itself",
            ) from error
        if is_pydantic(found) and is_dataclass(found):  # msgspec would take it for a plain one, unchecked
            raise ConfigurationError(
                f"the type that `@nicol.json({name})` names is a dataclass of pydantic, which Json fields cannot hold",
                help="make it a model of pydantic or a plain dataclass",
            )
        return found

    @property
    def is_pydantic(self) -> bool:
        """True for classes of pydantic, which check themselves."""
        return is_pydantic(self.type)

    def read(self, value: Any) -> Any:
        """An object of the type from a JSON value; JSON's null is None. ValueError, which never says the value."""
        return None if value is None else self._told(self._from_plain, value)

    def write(self, value: Any) -> Any:
        """A JSON value that the type can be read from, of an object or of JSON. ValueError, which never says the value."""
        if value is None or value is JsonNull:
            return value
        written = plain(value)
        self._told(self._from_text, json_text(written))
        return written

    def validated(self, value: Any) -> Any:
        """An object of the type, of one or of JSON. ValueError, which never says the value."""
        return None if value is None else self._told(self._from_text, json_text(plain(value)))

    def _told(self, convert: Callable[[Any], Any], value: Any) -> Any:
        try:
            return convert(value)
        except (TypeError, ValueError, LookupError, ArithmeticError, msgspec.MsgspecError) as error:
            reason = _reason(error)
        raise ValueError(f"it is no `{self.of.name}`{reason}")  # apart, since the other error knows the value

    @cached_property
    def _from_text(self) -> Callable[[str], Any]:
        if self.is_pydantic:
            return cast("Callable[[str], Any]", self.type.__pydantic_validator__.validate_json)
        return cast("Callable[[str], Any]", msgspec.json.Decoder(self.type, dec_hook=into_pydantic).decode)

    @cached_property
    def _from_plain(self) -> Callable[[Any], Any]:
        if self.is_pydantic:  # as from JSON, where text may be a moment even for who is strict
            return lambda value: self._from_text(json_text(value))
        return lambda value: msgspec.convert(value, self.type, dec_hook=into_pydantic)


def is_pydantic(cls: Any) -> bool:
    """True for classes that pydantic made."""
    return hasattr(cls, "__pydantic_validator__")


def plain(value: Any) -> Any:
    """What JSON can say of a value; TypeError or ValueError where it can say nothing."""
    try:
        json_text(value)
    except TypeError:
        return msgspec.to_builtins(value, str_keys=True, enc_hook=from_pydantic)
    return value


def from_pydantic(value: Any) -> Any:
    """What msgspec does not know, as JSON's values: pydantic's own objects."""
    if not is_pydantic(type(value)):
        raise TypeError(f"a value of type {type(value).__name__} cannot be written as JSON")
    return cast("Any", type(value)).__pydantic_serializer__.to_python(value, mode="json", by_alias=True)


def into_pydantic(cls: Any, value: Any) -> Any:
    """An object of a class that msgspec does not know: one of pydantic's own."""
    if not is_pydantic(cls):
        raise TypeError(f"objects of type {cls.__name__} cannot be made of JSON")
    return cls.__pydantic_validator__.validate_json(json_text(plain(value)))


def shape_of(cls: Any) -> dict[str, Any]:
    """JSON Schema of a class that msgspec does not know: its name, and anything."""
    return {"title": cls.__name__}


def _reason(error: Exception) -> str:
    """What is wrong, in words that hold nothing of the value: keys of dictionaries and texts of validators may."""
    if hasattr(error, "errors"):
        kinds = {each["type"] for each in cast("Any", error).errors(include_input=False, include_url=False)}
        return f" ({', '.join(sorted(kinds))})"
    found = _STATIC.match(str(error)) if isinstance(error, msgspec.ValidationError) else None
    return f" ({found[1]})" if found else ""
