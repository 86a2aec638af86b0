"""Rules about datasources and generators."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import suggestion
from nicol.schema.bind import datasources
from nicol.schema.document import ListExpression, SettingsDeclaration, SettingsKind, StringLiteral
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.settings import provider_of, text_or_variable, values_of

DATABASES = ("sqlite", "postgresql")
OTHER_DATABASES = frozenset({"mysql", "sqlserver", "cockroachdb", "mongodb"})
_URLS = ("url", "directUrl", "shadowDatabaseUrl")
_SETTINGS = (*_URLS, "provider", "relationMode", "referentialIntegrity", "schemas", "extensions")
_RELATION_MODES = ("foreignKeys", "prisma")


def is_served(datasource: SettingsDeclaration) -> bool:
    """False for a database whose schemas mean things that Nicol's databases do not know."""
    return provider_of(datasource) not in OTHER_DATABASES


@rule("several-datasources")
def there_is_one_datasource(case: Case) -> Iterator[Problem]:
    """A schema has one datasource."""
    for block in list(datasources(case.binding.documents))[1:]:
        yield Problem(
            "there is more than one datasource",
            block.name.span,
            "keep one; other databases need schemas of their own",
        )


@rule("unknown-database")
def the_database_is_one_of_ours(case: Case) -> Iterator[Problem]:
    """The datasource's provider is a database that Nicol serves."""
    for block in datasources(case.binding.documents):
        ours = " and ".join(DATABASES)
        provider, value = provider_of(block), values_of(block).get("provider")
        if value is None:
            yield Problem(
                f"the datasource `{block.name.text}` names no provider",
                block.name.span,
                'add `provider = "sqlite"`',
            )
        elif provider is None:
            yield Problem(
                "the provider of a datasource is a string", value.span, 'write "sqlite" or "postgresql"'
            )
        elif provider in OTHER_DATABASES:
            yield Problem(
                f"{provider} is not one of Nicol's databases", value.span, f"Nicol's databases are {ours}"
            )
        elif provider not in DATABASES:
            meant = suggestion(provider, (*DATABASES, "postgres"))
            way_out = f'did you mean "{meant}"?' if meant else f"Nicol's databases are {ours}"
            yield Problem(f'there is no database called "{provider}"', value.span, way_out)


@rule("unknown-setting")
def settings_of_a_datasource_exist(case: Case) -> Iterator[Problem]:
    """A datasource has no settings but those of the language."""
    for block in datasources(case.binding.documents):
        for setting in block.settings:
            name = setting.name.text
            if name not in _SETTINGS:
                meant = suggestion(name, _SETTINGS)
                way_out = (
                    f"did you mean `{meant}`?" if meant else f"settings are {', '.join(sorted(_SETTINGS))}"
                )
                yield Problem(f"a datasource has no setting `{name}`", setting.name.span, way_out)


@rule("repeated-setting")
def settings_are_given_once(case: Case) -> Iterator[Problem]:
    """A setting is given once in its block."""
    for block in _blocks(case):
        seen: set[str] = set()
        for setting in block.settings:
            if setting.name.text in seen:
                yield Problem(f"`{setting.name.text}` is given twice", setting.name.span, "keep one of them")
            seen.add(setting.name.text)


@rule("setting-value")
def settings_have_values_that_fit(case: Case) -> Iterator[Problem]:
    """The settings of a datasource have values that they can have."""
    for block in datasources(case.binding.documents):
        values = values_of(block)
        for name in _URLS:
            if name in values and not (
                isinstance(values[name], StringLiteral) or text_or_variable(values[name])
            ):
                yield Problem(
                    f"`{name}` is a string or env()", values[name].span, 'write `env("DATABASE_URL")`'
                )
        mode = values.get("relationMode") or values.get("referentialIntegrity")
        if mode is not None and text_or_variable(mode) not in _RELATION_MODES:
            yield Problem("this relation mode does not exist", mode.span, 'write "foreignKeys" or "prisma"')
        schemas = values.get("schemas")
        if schemas is not None and not (isinstance(schemas, ListExpression) and schemas.items):
            yield Problem("`schemas` is a list with at least one name", schemas.span, 'write `["public"]`')


@rule("generator-without-provider")
def generators_name_their_provider(case: Case) -> Iterator[Problem]:
    """A generator says what generates."""
    for block in _blocks(case):
        if block.kind is SettingsKind.GENERATOR:
            value = values_of(block).get("provider")
            if not (isinstance(value, StringLiteral) or text_or_variable(value)):
                span = block.name.span if value is None else value.span
                yield Problem(
                    f"the generator `{block.name.text}` names no provider", span, 'add `provider = "nicol"`'
                )


def _blocks(case: Case) -> Iterator[SettingsDeclaration]:
    for document in case.binding.documents:
        yield from document.settings


RULES: tuple[Rule, ...] = (
    there_is_one_datasource,
    the_database_is_one_of_ours,
    settings_of_a_datasource_exist,
    settings_are_given_once,
    settings_have_values_that_fit,
    generators_name_their_provider,
)
