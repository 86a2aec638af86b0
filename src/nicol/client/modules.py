"""What the modules of a generated package answer when they are asked for a name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enum import StrEnum

    from nicol.client.lazy_types import LazyTypes
    from nicol.client.package import Package
    from nicol.client.record import Record

CLIENTS = ("AsyncClient", "Client")
MODULES = ("delegates", "enums", "models", "types")


class Modules:
    """The package, its `models` and its `enums`: every class is made when it is first asked for.

    The arguments are those of `Package`, the names by which the clients know the models, and whose `models` they are:
    `struct` (Nicol's) or `pydantic`. Nothing is read or imported before the first question.
    """

    def __init__(
        self,
        name: str,
        file: str,
        delegates: Sequence[str],
        *,
        portable: bool = False,
        base: str = ".",
        models: str = "struct",
    ) -> None:
        self.name = name
        self._delegates = delegates
        self._arguments = (file, portable, base)
        self._models = models

    @cached_property
    def package(self) -> Package:
        """The package itself."""
        from nicol.client.package import Package

        file, portable, base = self._arguments
        if self._models == "pydantic":
            from nicol.client.pydantic_package import PydanticPackage

            return PydanticPackage(self.name, file, portable=portable, base=base)
        return Package(self.name, file, portable=portable, base=base)

    def attribute(self, name: str) -> Any:
        """`__getattr__` of the package."""
        if name in MODULES:
            return importlib.import_module(f"{self.name}.{name}")
        if name == "__all__":
            return self.names()
        made = self._client(name) if name in CLIENTS else self._class(name)
        setattr(sys.modules[self.name], name, made)
        return made

    def names(self) -> list[str]:
        """`__dir__` of the package."""
        return sorted({*CLIENTS, *MODULES, *self.package.models, *self.package.enum_names})

    def delegate_attribute(self, name: str) -> type[Any]:
        """`__getattr__` of the package's module `delegates`."""
        made = None if name.startswith("__") else self.package.delegate(name)
        if made is None:
            raise _missing(f"{self.name}.delegates", name)
        setattr(sys.modules[f"{self.name}.delegates"], name, made)
        return made

    def delegate_names(self) -> list[str]:
        """`__dir__` of the package's module `delegates`."""
        return sorted(self.package.delegate_names)

    def model_attribute(self, name: str) -> type[Record]:
        """`__getattr__` of the package's module `models`."""
        if name.startswith("__") or name not in self.package.models:
            raise _missing(f"{self.name}.models", name)
        return self.package.model(name)

    def model_names(self) -> list[str]:
        """`__dir__` of the package's module `models`."""
        return sorted(self.package.models)

    def enum_attribute(self, name: str) -> type[StrEnum]:
        """`__getattr__` of the package's module `enums`."""
        if name.startswith("__") or name not in self.package.enum_names:
            raise _missing(f"{self.name}.enums", name)
        return self.package.enum(name)

    def enum_names(self) -> list[str]:
        """`__dir__` of the package's module `enums`."""
        return sorted(self.package.enum_names)

    def type_attribute(self, name: str) -> Any:
        """`__getattr__` of the package's module `types`."""
        namespace = vars(sys.modules[f"{self.name}.types"])
        if name.startswith("__") or not self._types.make(name, namespace):
            raise _missing(f"{self.name}.types", name)
        return namespace[name]

    def type_names(self) -> list[str]:
        """`__dir__` of the package's module `types`."""
        return sorted(name for name in self._types.names if not name.startswith("_"))

    @cached_property
    def _types(self) -> LazyTypes:
        from pathlib import Path

        from nicol.client.lazy_types import LazyTypes

        file, *_ = self._arguments
        return LazyTypes(Path(file).parent / "types.pyi")

    def _class(self, name: str) -> type[Any]:
        if not name.startswith("__"):
            if name in self.package.models:
                return self.package.model(name)
            if name in self.package.enum_names:
                return self.package.enum(name)
        raise _missing(self.name, name)

    def _client(self, name: str) -> type[Any]:
        import nicol.client

        body: dict[str, Any] = {each: DelegateAttribute(each) for each in self._delegates}
        body |= {"__module__": self.name, "__nicol_modules__": self}
        return type(name, (getattr(nicol.client, name),), body)


class DelegateAttribute:
    """The attribute of a client's class that leads to a model. Its operations are made when they are first asked for; then
    the client has them for itself, and this is not asked any more.

    Not `__getattr__`: a class that has one answers for every attribute slowly.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, client: Any, owner: type[Any]) -> Any:
        """The operations, bound to the client."""
        return self if client is None else client._delegate(self._name)  # noqa: SLF001 - its own


def _missing(module: str, name: str) -> AttributeError:
    return AttributeError(f"module {module!r} has no attribute {name!r}", name=name)
