"""Rules about datasources and generators."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Severity, suggestion
from nicol.schema.bind import datasources
from nicol.schema.document import (
    Call,
    Constant,
    Expression,
    SettingsDeclaration,
    SettingsKind,
    StringLiteral,
)
from nicol.schema.edits import instead
from nicol.schema.preview_features import ACTIVE, DONE, GONE, RENAMED
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.settings import items_of, provider_of, text_or_variable, values_of

DATABASES = ("sqlite", "postgresql", "cockroachdb", "mysql")
OTHER_DATABASES = frozenset({"sqlserver", "mongodb"})
_URLS = ("url", "directUrl", "shadowDatabaseUrl")
_MODES = ("relationMode", "referentialIntegrity")
_SETTINGS = (*_URLS, "provider", *_MODES, "schemas", "extensions")
_RELATION_MODES = ("foreignKeys", "prisma")
_EXTENSION_ARGUMENTS = ("map", "schema", "version")
_EXTENSIONS_FLAG = "postgresqlExtensions"


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
        ours = ", ".join(DATABASES)
        provider, value = provider_of(block), values_of(block).get("provider")
        if value is None:
            yield Problem(
                f"the datasource `{block.name.text}` names no provider",
                block.name.span,
                'add `provider = "sqlite"`',
            )
        elif provider is None:
            yield Problem(
                "the provider of a datasource is a string",
                value.span,
                f"write one of {', '.join(DATABASES)}, in quotes",
            )
        elif provider in OTHER_DATABASES:
            yield Problem(
                f"{provider} is not one of Nicol's databases", value.span, f"Nicol's databases are {ours}"
            )
        elif provider not in DATABASES:
            meant = suggestion(provider, (*DATABASES, "postgres"))
            way_out = f'did you mean "{meant}"?' if meant else f"Nicol's databases are {ours}"
            fix = instead(value.span, f'"{meant}"' if meant else None)
            yield Problem(f'there is no database called "{provider}"', value.span, way_out, fix=fix)


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
                fix = instead(setting.name.span, meant)
                yield Problem(f"a datasource has no setting `{name}`", setting.name.span, way_out, fix=fix)


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
        for mode in (values[name] for name in _MODES if name in values):
            if not (isinstance(mode, StringLiteral) and mode.value in _RELATION_MODES):
                yield Problem(
                    "this relation mode does not exist", mode.span, 'write "foreignKeys" or "prisma"'
                )
        if all(name in values for name in _MODES):
            text = "`referentialIntegrity` and `relationMode` say the same"
            yield Problem(text, values[_MODES[1]].span, "keep `relationMode`")


@rule("older-setting")
def settings_have_their_newer_names(case: Case) -> Iterator[Problem]:
    """A datasource says `relationMode`, which once was `referentialIntegrity`."""
    for block in datasources(case.binding.documents):
        for setting in block.settings:
            if setting.name.text == _MODES[1]:
                text = "`referentialIntegrity` is the older name of `relationMode`"
                yield Problem(text, setting.name.span, "write `relationMode`", Severity.WARNING)


@rule("url-in-schema")
def urls_are_kept_by_the_configuration(case: Case) -> Iterator[Problem]:
    """Prisma 7 reads URLs from its configuration: those in a datasource are for Nicol and for older versions of Prisma."""
    for block in datasources(case.binding.documents):
        for setting in block.settings:
            if setting.name.text in _URLS:
                text = (
                    f"Prisma 7 refuses `{setting.name.text}` in a schema, and reads it from prisma.config.ts"
                )
                way_out = (
                    "nothing needs to be done for Nicol, which reads it here or in its own configuration"
                )
                yield Problem(text, setting.span, way_out, Severity.NOTE)


@rule("database-schemas")
def schemas_are_listed_once(case: Case) -> Iterator[Problem]:
    """`schemas` of a datasource lists names of schemas, each once and at least one, of a database that has them."""
    for block in datasources(case.binding.documents):
        setting = values_of(block).get("schemas")
        if setting is None:
            continue
        if case.provider is not None and not case.provider.namespaces:
            yield Problem(f"{case.provider.title} has no schemas", setting.span, "remove `schemas`")
        if not items_of(setting):
            yield Problem("`schemas` lists no name", setting.span, 'write `["public"]`')
        seen: set[str] = set()
        for item in items_of(setting):
            if not isinstance(item, StringLiteral):
                yield Problem("the name of a schema is a string", item.span, 'write `["public"]`')
            elif item.value in seen:
                yield Problem(f'the schema "{item.value}" is listed twice', item.span, "remove one")
            else:
                seen.add(item.value)


@rule("extension")
def extensions_are_names_with_options(case: Case) -> Iterator[Problem]:
    """`extensions` of a datasource lists names, each alone or with `map`, `schema` and `version`."""
    for block in datasources(case.binding.documents):
        setting = values_of(block).get("extensions")
        if setting is None:
            continue
        if case.provider is not None and not case.provider.extensions:
            text = f"extensions are not for {case.provider.title}"
            yield Problem(text, setting.span, "remove `extensions`")
        elif _EXTENSIONS_FLAG.lower() not in case.flags:
            way_out = f'add previewFeatures = ["{_EXTENSIONS_FLAG}"] to a generator block'
            yield Problem("extensions are a preview feature", setting.span, way_out)
        for item in items_of(setting):
            yield from _extension_faults(item)


def _extension_faults(item: Expression) -> Iterator[Problem]:
    if not isinstance(item, Constant | Call):
        way_out = 'write `citext`, or `uuidOssp(map: "uuid-ossp")` where the name is no word'
        yield Problem("an extension is a bare name", item.span, way_out)
    for argument in item.arguments if isinstance(item, Call) else ():
        if argument.name is None or argument.name.text not in _EXTENSION_ARGUMENTS:
            name = argument.name.text if argument.name else ""
            meant = suggestion(name, _EXTENSION_ARGUMENTS)
            way_out = f"did you mean `{meant}`?" if meant else f"there are {', '.join(_EXTENSION_ARGUMENTS)}"
            yield Problem("an extension has no such argument", argument.span, way_out)
        elif not isinstance(argument.value, StringLiteral):
            yield Problem(f"`{argument.name.text}` is a string", argument.value.span, "put it in quotes")


def _generators(case: Case) -> Iterator[SettingsDeclaration]:
    return (block for block in _blocks(case) if block.kind is SettingsKind.GENERATOR)


@rule("generator-without-provider")
def generators_name_their_provider(case: Case) -> Iterator[Problem]:
    """A generator says what generates, and where, in strings."""
    for block in _generators(case):
        values = values_of(block)
        value = values.get("provider")
        if not (isinstance(value, StringLiteral) or text_or_variable(_call(value))):
            span = block.name.span if value is None else value.span
            yield Problem(
                f"the generator `{block.name.text}` names no provider", span, 'add `provider = "nicol"`'
            )
        output = values.get("output")
        if output is not None and not (isinstance(output, StringLiteral) or text_or_variable(_call(output))):
            yield Problem("`output` is a string", output.span, 'write it like "../db"')


def _call(value: Expression | None) -> Expression | None:
    return value if isinstance(value, Call) else None


@rule("duplicate-generator")
def generators_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """No two generators have the same name."""
    seen: set[str] = set()
    for block in _generators(case):
        if block.name.text in seen:
            text = f"there is more than one generator called `{block.name.text}`"
            yield Problem(text, block.name.span, "rename one of them")
        seen.add(block.name.text)


def _flags(case: Case) -> Iterator[StringLiteral]:
    for block in _generators(case):
        for item in items_of(values_of(block).get("previewFeatures")):
            if isinstance(item, StringLiteral):
                yield item


@rule("preview-feature")
def preview_features_exist(case: Case) -> Iterator[Problem]:
    """A preview feature is one that Prisma has, or had, for the database."""
    known = (*ACTIVE, *(sorted(case.provider.flags) if case.provider else RENAMED.values()))
    words = {word.lower() for word in (*known, *DONE, *GONE)}
    for flag in _flags(case):
        if flag.value.lower() not in words:
            meant = suggestion(flag.value, known)
            way_out = f"did you mean {meant}?" if meant else f"there are {', '.join(known)}"
            yield Problem(f'there is no preview feature "{flag.value}"', flag.span, way_out)


@rule("preview-feature-value")
def preview_features_are_strings(case: Case) -> Iterator[Problem]:
    """`previewFeatures` of a generator lists strings."""
    for block in _generators(case):
        for item in items_of(values_of(block).get("previewFeatures")):
            if not isinstance(item, StringLiteral):
                yield Problem("a preview feature is a string", item.span, 'write it like ["views"]')


@rule("older-preview-feature")
def preview_features_are_still_asked_for(case: Case) -> Iterator[Problem]:
    """A preview feature is asked for under its name, and only as long as it is one."""
    renamed = {old: new for old, new in RENAMED.items() if case.provider and new in case.provider.flags}
    done, gone = ({word.lower() for word in words} for words in (DONE, GONE))
    for flag in _flags(case):
        if flag.value in renamed:
            text = f'the preview feature "{flag.value}" is called "{renamed[flag.value]}" now'
            yield Problem(text, flag.span, "rename it", Severity.WARNING)
        elif flag.value.lower() in done:
            text = f'"{flag.value}" is no preview feature any more: it is there for all'
            yield Problem(text, flag.span, "remove it", Severity.WARNING)
        elif flag.value.lower() in gone:
            text = f'Prisma 7 has no preview feature "{flag.value}", and refuses it'
            yield Problem(
                text, flag.span, "remove it, unless an older Prisma reads this schema", Severity.NOTE
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
    settings_have_their_newer_names,
    urls_are_kept_by_the_configuration,
    schemas_are_listed_once,
    extensions_are_names_with_options,
    generators_name_their_provider,
    generators_have_names_of_their_own,
    preview_features_exist,
    preview_features_are_strings,
    preview_features_are_still_asked_for,
)
