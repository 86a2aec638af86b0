"""What the language asks of a database: the questions that make a schema valid for one and not for another."""

from __future__ import annotations

from typing import ClassVar, Protocol

from nicol.schema.schema import FieldType, NativeType, ReferentialAction, Scalar


class Provider(Protocol):
    """One database as the rule book sees it. Dialects answer; the language never asks for a name."""

    name: ClassVar[str]
    """The word in `provider = "…"`."""

    @property
    def scalar_lists(self) -> bool:
        """True when a column can hold a list."""
        ...

    namespaces: ClassVar[bool]
    """True when tables live in named schemas (`@@schema`)."""

    autoincrement_needs_id: ClassVar[bool]
    """True when only a single-field id can be numbered by the database."""

    @property
    def named_foreign_keys(self) -> bool:
        """True when `@relation(map:)` and `@id(map:)` mean something."""
        ...

    referential_actions: ClassVar[frozenset[ReferentialAction]]
    """The actions that a foreign key may have."""

    refuses_set_null_on_required: ClassVar[bool]
    """True when SetNull on a foreign key that cannot be null is an error and no mere warning."""

    index_methods: ClassVar[frozenset[str]]
    """The words that `type:` of an index may be."""

    def native_type(self, native: NativeType, scalar: Scalar) -> str | None:
        """None when the native type suits the scalar, else the reason why it does not."""
        ...

    def supports(self, type: FieldType) -> bool:  # noqa: A002
        """True when a column can have this type."""
        ...
