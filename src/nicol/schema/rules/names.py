"""Rules about names: that they are spelled well, free, and given once, in the schema and in the database."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from nicol.diagnostics import Severity, Span
from nicol.schema.attributes import BoundAttribute
from nicol.schema.bind import value_attributes
from nicol.schema.bound import BoundEnum, BoundField, BoundModel, ModelRef, mapped_name
from nicol.schema.document import EnumDeclaration, ModelDeclaration, ModelKind, Name, SettingsDeclaration
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Scalar

T = TypeVar("T")

_NAME = re.compile(r"[^\W\d_]\w*")
_RESERVED = frozenset(
    """PrismaClient async await break case catch class const continue debugger default delete do else enum export extends false
    finally for function if implements import in instanceof interface let new null package private protected public return super
    switch this throw true try typeof using var void while with yield
    """.split()  # noqa: SIM905 - words read best as words
)


def is_reserved(name: str) -> bool:
    """True when no model and no enum can be called so."""
    return name in _RESERVED or name in frozenset(Scalar)


@rule("duplicate-name")
def blocks_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """No two models, views, types and enums have the same name."""
    names: list[Name] = []
    for document in case.binding.documents:
        names.extend(
            block.name for block in document.blocks if isinstance(block, ModelDeclaration | EnumDeclaration)
        )
    for name in _repeated((name.text, name) for name in names):
        yield Problem(f"there is more than one block called `{name.text}`", name.span, "rename one of them")


@rule("duplicate-field")
def fields_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """No two fields of a model have the same name."""
    for model in case.binding.models.values():
        for name in _repeated((field.name.text, field.name) for field in model.syntax.fields):
            yield Problem(
                f"`{model.name}` has more than one field `{name.text}`",
                name.span,
                "rename or remove one of them",
            )


@rule("duplicate-value")
def enum_values_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """No two values of an enum have the same name."""
    for enum in case.binding.enums.values():
        for name in _repeated((value.name.text, value.name) for value in enum.syntax.values):
            yield Problem(
                f"`{enum.name}` has more than one value `{name.text}`", name.span, "remove one of them"
            )


@rule("invalid-name")
def names_are_words(case: Case) -> Iterator[Problem]:
    """A name begins with a letter and holds letters, digits and underscores only."""
    for name in _all_names(case):
        if not _NAME.fullmatch(name.text):
            way_out = f"begin with a letter, then letters, digits and _; {_mapping_hint(name.text)}"
            yield Problem(f"`{name.text}` cannot be a name", name.span, way_out)
    for name in _names_of_settings(case):
        if name.text.startswith("_"):
            yield Problem(f"`{name.text}` cannot be a name", name.span, "begin with a letter")


def _names_of_settings(case: Case) -> Iterator[Name]:
    """The names of datasources and generators, which nobody but people reads: they may hold what others may not."""
    for document in case.binding.documents:
        yield from (block.name for block in document.settings)


def _mapping_hint(name: str) -> str:
    return f'the database\'s own name goes into @map("{name}")'


@rule("reserved-name")
def names_are_free(case: Case) -> Iterator[Problem]:
    """Blocks take no word that the language needs, models and enums none that Prisma's clients need."""
    scalars = frozenset(Scalar)
    for document in case.binding.documents:
        for block in document.blocks:
            name = block.name.text
            if isinstance(block, SettingsDeclaration):
                if name in scalars:
                    yield Problem(f"`{name}` is a reserved word", block.name.span, "rename the block")
            elif name in _RESERVED or name in scalars:
                way_out = f'rename it, and keep the table with @@map("{name}")'
                yield Problem(f"`{name}` is a reserved word", block.name.span, way_out)


@rule("duplicate-table")
def tables_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """No two models are the same table of the database."""
    seen: dict[tuple[str, str | None], str] = {}
    for model in case.binding.models.values():
        other = seen.setdefault((model.mapped, model.namespace), model.name)
        if other != model.name:
            span = _place(model.attributes.get("map"), model.syntax.name.span)
            text = f"`{model.name}` and `{other}` are the same table, `{model.mapped}`"
            yield Problem(text, span, "give one of them another name with @@map")


@rule("duplicate-enum-type")
def enum_types_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """No two enums are the same type of the database."""
    enums = (((enum.mapped, enum.namespace), enum) for enum in case.binding.enums.values())
    for enum in _repeated(enums):
        span = _place(enum.attributes.get("map"), enum.syntax.name.span)
        text = f"there is more than one enum called `{enum.mapped}` in the database"
        yield Problem(text, span, "give one of them another name with @@map")


@rule("duplicate-column")
def columns_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """No two fields of a model are the same column."""
    for model in case.binding.models.values():
        columns = [field for field in model.fields.values() if not isinstance(field.target, ModelRef)]
        for field in _repeated((field.mapped, field) for field in columns):
            span = _place(field.attributes.get("map"), field.syntax.name.span)
            text = f"`{model.name}` has more than one field for the column `{field.mapped}`"
            yield Problem(text, span, "give one of them another name with @map")


@rule("duplicate-database-value")
def database_values_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """No two values of an enum are the same in the database."""
    for enum in case.binding.enums.values():
        values = ((mapped_name(value_attributes(value), name), value) for name, value in enum.values.items())
        for value in _repeated(values):
            text = f"`{enum.name}` has two values of one name in the database"
            yield Problem(text, value.span, "change one @map", Severity.WARNING)


@rule("empty-mapped-name")
def mapped_names_are_not_empty(case: Case) -> Iterator[Problem]:
    """A name that @map gives has at least one character; an empty one says nothing."""
    for attribute in _mappings(case):
        if attribute.string("name") == "":
            way_out = "name it, or remove the attribute"
            yield Problem(
                "this name is empty, and says nothing", attribute.syntax.span, way_out, Severity.WARNING
            )


def _mappings(case: Case) -> Iterator[BoundAttribute]:
    owners: list[BoundModel | BoundEnum | BoundField] = [
        *case.binding.models.values(),
        *case.binding.enums.values(),
    ]
    owners.extend(case.fields())
    for owner in owners:
        if "map" in owner.attributes:
            yield owner.attributes["map"]


def _all_names(case: Case) -> Iterator[Name]:
    """The names of models, fields, enums and values; datasources and generators may be called anything."""
    for document in case.binding.documents:
        for block in document.blocks:
            match block:
                case ModelDeclaration(kind=kind) if kind is not ModelKind.TYPE:
                    yield block.name
                    yield from (field.name for field in block.fields)
                case EnumDeclaration():
                    yield block.name
                    yield from (value.name for value in block.values)
                case _:
                    pass


def _repeated(items: Iterable[tuple[Hashable, T]]) -> Iterator[T]:
    seen: set[Hashable] = set()
    for key, item in items:
        if key in seen:
            yield item
        seen.add(key)


def _place(attribute: BoundAttribute | None, otherwise: Span) -> Span:
    return attribute.syntax.span if attribute else otherwise


RULES: tuple[Rule, ...] = (
    blocks_have_names_of_their_own,
    fields_have_names_of_their_own,
    enum_values_have_names_of_their_own,
    names_are_words,
    names_are_free,
    tables_have_names_of_their_own,
    enum_types_have_names_of_their_own,
    columns_have_names_of_their_own,
    database_values_have_names_of_their_own,
    mapped_names_are_not_empty,
)
