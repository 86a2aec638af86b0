"""Completion in datasource and generator blocks: settings and their values."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects import PROVIDERS
from nicol.editor import words as meanings
from nicol.editor.databases import can
from nicol.editor.offers import Offer, OfferKind, quoted
from nicol.editor.place import Head, Place
from nicol.editor.world import World
from nicol.schema.settings import build_datasource

_VALUES = {
    "datasource": {"provider": PROVIDERS, "relationMode": ("foreignKeys", "prisma")},
    "generator": {"provider": ("nicol", "prisma-client-py")},
}
_URLS = frozenset({"url", "directUrl", "shadowDatabaseUrl"})
_LISTS = frozenset({"schemas", "extensions", "previewFeatures"})
_NAMES = {
    "datasource": meanings.DATASOURCE_SETTINGS,
    "generator": meanings.GENERATOR_SETTINGS,
}


def setting_names(world: World, head: Head) -> Iterator[Offer]:
    """The settings that the block does not give."""
    given = frozenset(_given(world, head))
    for name, meaning in _NAMES[head.keyword].items():
        if name not in given and (name != "extensions" or can(world, "extensions")):
            yield Offer(
                name,
                OfferKind.SETTING,
                f"{name} = {_stop(name)}",
                snippet=True,
                documentation=meaning,
                again=True,
            )


def _stop(name: str) -> str:
    if name in _URLS:
        return 'env("${1:DATABASE_URL}")'
    return '["$1"]' if name in _LISTS else '"$1"'


def _given(world: World, head: Head) -> Iterator[str]:
    for document in world.documents:
        for block in document.settings:
            if block.kind == head.keyword and block.name.text == head.name:
                yield from (setting.name.text for setting in block.settings)


def setting_values(head: Head, here: Place) -> Iterator[Offer]:
    """The values of the setting that the line gives."""
    name = here.tokens[0].text
    if name in _URLS and not here.quoted and not here.brackets:
        yield Offer(
            "env()",
            OfferKind.FUNCTION,
            'env("${1:DATABASE_URL}")',
            snippet=True,
            documentation=meanings.FUNCTIONS["env"],
        )
    yield from quoted(_VALUES[head.keyword].get(name, ()), inside=here.quoted)


def schema_names(world: World) -> tuple[str, ...]:
    """The database's schemas that the datasource lists."""
    block = world.binding.datasource
    return build_datasource(block).schemas if block else ()
