"""What the language asks of a database: the questions that make a schema valid for one and not for another."""

from __future__ import annotations

from typing import Protocol

from nicol.schema.schema import FieldType, NativeType, ReferentialAction, Scalar


class Provider(Protocol):
    """One database as the rule book sees it. Dialects answer; the language never asks for a name."""

    @property
    def name(self) -> str:
        """The word in `provider = "…"`."""
        ...

    @property
    def scalar_lists(self) -> bool:
        """True when a column can hold a list."""
        ...

    @property
    def namespaces(self) -> bool:
        """True when tables live in named schemas (`@@schema`)."""
        ...

    @property
    def autoincrement_needs_id(self) -> bool:
        """True when only a single-field id can be numbered by the database."""
        ...

    @property
    def named_foreign_keys(self) -> bool:
        """True when `@relation(map:)` and `@id(map:)` mean something."""
        ...

    @property
    def referential_actions(self) -> frozenset[ReferentialAction]:
        """The actions that a foreign key may have."""
        ...

    @property
    def index_methods(self) -> frozenset[str]:
        """The words that `type:` of an index may be."""
        ...

    def native_type(self, native: NativeType, scalar: Scalar) -> str | None:
        """None when the native type suits the scalar, else the reason why it does not."""
        ...

    def supports(self, type: FieldType) -> bool:  # noqa: A002
        """True when a column can have this type."""
        ...
