"""The document: a schema's text as a syntax tree whose nodes remember where they stand. It may be wrong, never lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from nicol.diagnostics import Source, Span
from nicol.schema.schema import Arity


@dataclass(frozen=True, slots=True)
class Name:
    """A word that names something, or several joined by dots (`db.VarChar`)."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it is written, its marks included; `documentation` is true for `///`."""

    text: str
    span: Span
    documentation: bool = False


@dataclass(frozen=True, slots=True)
class StringLiteral:
    """A string: its value, escapes resolved."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """A number as it is written."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Constant:
    """A bare word: `true`, `false`, an enum value, a field, an action."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class ListExpression:
    """`[a, b]`."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`."""

    name: Name
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ObjectExpression:
    """`{ key: value }`; every entry is a named argument."""

    entries: tuple[Argument, ...]
    span: Span


Expression: TypeAlias = StringLiteral | NumberLiteral | Constant | ListExpression | Call | ObjectExpression


@dataclass(frozen=True, slots=True)
class Argument:
    """`value` or `name: value`."""

    name: Name | None
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """`@name(arguments)` on a field or value, `@@name(arguments)` in a block; the span includes the marks.

    `comments` are those above and behind it, where it stands on a line of its own.
    """

    name: Name
    arguments: tuple[Argument, ...]
    span: Span
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeExpression:
    """The type of a field as it is written. `unsupported` is the text inside `Unsupported("…")`."""

    name: Name
    arity: Arity
    span: Span
    unsupported: str | None = None


@dataclass(frozen=True, slots=True)
class FieldDeclaration:
    """One field of a model, view or composite type. The span covers its name to its last attribute."""

    name: Name
    type: TypeExpression
    attributes: tuple[Attribute, ...]
    comments: tuple[Comment, ...]
    span: Span

    @property
    def documentation(self) -> str | None:
        """The text of its `///` comments, those above it first."""
        return documentation(self.comments)


class ModelKind(StrEnum):
    """What a block of fields declares."""

    MODEL = "model"
    VIEW = "view"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class ModelDeclaration:
    """A `model`, `view` or `type` block."""

    kind: ModelKind
    name: Name
    fields: tuple[FieldDeclaration, ...]
    attributes: tuple[Attribute, ...]
    comments: tuple[Comment, ...]
    span: Span

    @property
    def documentation(self) -> str | None:
        """The text of the `///` comments above it."""
        return documentation(self.comments)


@dataclass(frozen=True, slots=True)
class EnumValueDeclaration:
    """One value of an enum."""

    name: Name
    attributes: tuple[Attribute, ...]
    comments: tuple[Comment, ...]
    span: Span

    @property
    def documentation(self) -> str | None:
        """The text of its `///` comments, those above it first."""
        return documentation(self.comments)


@dataclass(frozen=True, slots=True)
class EnumDeclaration:
    """An `enum` block."""

    name: Name
    values: tuple[EnumValueDeclaration, ...]
    attributes: tuple[Attribute, ...]
    comments: tuple[Comment, ...]
    span: Span

    @property
    def documentation(self) -> str | None:
        """The text of the `///` comments above it."""
        return documentation(self.comments)


@dataclass(frozen=True, slots=True)
class Setting:
    """`name = value` in a datasource or generator block."""

    name: Name
    value: Expression
    comments: tuple[Comment, ...]
    span: Span


class SettingsKind(StrEnum):
    """What a block of settings declares."""

    DATASOURCE = "datasource"
    GENERATOR = "generator"


@dataclass(frozen=True, slots=True)
class SettingsDeclaration:
    """A `datasource` or `generator` block."""

    kind: SettingsKind
    name: Name
    settings: tuple[Setting, ...]
    comments: tuple[Comment, ...]
    span: Span


Block: TypeAlias = ModelDeclaration | EnumDeclaration | SettingsDeclaration


@dataclass(frozen=True, slots=True)
class Document:
    """The syntax tree of one source: its blocks in order, and every comment of the text in order."""

    source: Source
    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...]

    @property
    def models(self) -> tuple[ModelDeclaration, ...]:
        """The `model`, `view` and `type` blocks in order."""
        return tuple(block for block in self.blocks if isinstance(block, ModelDeclaration))

    @property
    def enums(self) -> tuple[EnumDeclaration, ...]:
        """The `enum` blocks in order."""
        return tuple(block for block in self.blocks if isinstance(block, EnumDeclaration))

    @property
    def settings(self) -> tuple[SettingsDeclaration, ...]:
        """The `datasource` and `generator` blocks in order."""
        return tuple(block for block in self.blocks if isinstance(block, SettingsDeclaration))


def documentation(comments: tuple[Comment, ...]) -> str | None:
    """The text of `///` comments without their marks, one line each; None where there are none."""
    if not comments:
        return None
    lines = [comment.text[3:].lstrip() for comment in comments if comment.documentation]
    return "\n".join(lines) if lines else None
