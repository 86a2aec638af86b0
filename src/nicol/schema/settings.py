"""Settings: the datasource and generator blocks as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nicol.schema.document import (
    Call,
    Constant,
    Document,
    Expression,
    ListExpression,
    NumberLiteral,
    SettingsDeclaration,
    SettingsKind,
    StringLiteral,
)
from nicol.schema.schema import Datasource, EnvironmentVariable, Extension, Generator

PROVIDER_ALIASES: Mapping[str, str] = {"postgres": "postgresql"}
"""Words that `provider = "…"` of a datasource also may be, and what they stand for."""


def values_of(block: SettingsDeclaration) -> Mapping[str, Expression]:
    """The settings of a block by name; of several of one name, the first."""
    values: dict[str, Expression] = {}
    for setting in block.settings:
        values.setdefault(setting.name.text, setting.value)
    return values


def provider_of(block: SettingsDeclaration) -> str | None:
    """The database that a datasource names, aliases resolved; None where it names none."""
    value = values_of(block).get("provider")
    return PROVIDER_ALIASES.get(value.value, value.value) if isinstance(value, StringLiteral) else None


def build_datasource(block: SettingsDeclaration) -> Datasource:
    """The datasource of a block."""
    values = values_of(block)
    mode = _text(values.get("relationMode")) or _text(values.get("referentialIntegrity"))
    return Datasource(
        name=block.name.text,
        provider=provider_of(block) or "",
        url=text_or_variable(values.get("url")),
        direct_url=text_or_variable(values.get("directUrl")),
        shadow_database_url=text_or_variable(values.get("shadowDatabaseUrl")),
        relation_mode=mode or "foreignKeys",
        schemas=_texts(values.get("schemas")),
        extensions=tuple(map(_extension, items_of(values.get("extensions")))),
    )


def _extension(expression: Expression) -> Extension:
    if not isinstance(expression, Call):
        name = _text(expression) or ""
        return Extension(name, name)
    texts = {argument.name.text: _text(argument.value) for argument in expression.arguments if argument.name}
    name = expression.name.text
    return Extension(name, texts.get("map") or name, texts.get("schema"), texts.get("version"))


def build_generator(block: SettingsDeclaration) -> Generator:
    """The generator of a block."""
    values = values_of(block)
    options = tuple(
        (name, option) for name, value in values.items() if name != "provider" for option in _options(value)
    )
    return Generator(block.name.text, text_or_variable(values.get("provider")) or "", options)


def preview_features(documents: Iterable[Document]) -> frozenset[str]:
    """The preview features that generators ask for; case does not matter, so all are in small letters."""
    blocks = (block for document in documents for block in document.settings)
    values = (
        values_of(block).get("previewFeatures") for block in blocks if block.kind is SettingsKind.GENERATOR
    )
    return frozenset(text.lower() for value in values for text in _texts(value))


def text_or_variable(expression: Expression | None) -> str | EnvironmentVariable | None:
    """The value of `"text"` or `env("NAME")`."""
    if isinstance(expression, Call) and expression.name.text == "env" and len(expression.arguments) == 1:
        name = _text(expression.arguments[0].value)
        return None if name is None else EnvironmentVariable(name)
    return _text(expression)


def _options(expression: Expression) -> Iterable[str | tuple[str, ...]]:
    if isinstance(expression, ListExpression):
        return (_texts(expression),)
    text = _text(expression)
    return () if text is None else (text,)


def _text(expression: Expression | None) -> str | None:
    match expression:
        case StringLiteral(value=value):
            return value
        case NumberLiteral(text=text):
            return text
        case Constant(name=name):
            return name
        case _:
            return None


def items_of(expression: Expression | None) -> tuple[Expression, ...]:
    """The items of a list; one value stands for a list of it."""
    if expression is None:
        return ()
    return expression.items if isinstance(expression, ListExpression) else (expression,)


def _texts(expression: Expression | None) -> tuple[str, ...]:
    return tuple(text for text in map(_text, items_of(expression)) if text is not None)
