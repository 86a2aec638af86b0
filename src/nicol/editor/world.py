"""One schema as it stands in the editor: its documents, valid or not, tied together, and the databases it is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nicol.diagnostics import Checked, Diagnostic, Source, Span
from nicol.dialects import NAMES, PROVIDERS, named, provider_named
from nicol.dialects.dialect import Dialect
from nicol.schema.bind import bind
from nicol.schema.bound import Binding
from nicol.schema.document import Block, Document
from nicol.schema.parse import parse
from nicol.schema.provider import Provider
from nicol.schema.resolve import wanted_provider
from nicol.schema.rules import judge
from nicol.schema.rules.rule import Case


@dataclass(frozen=True, slots=True)
class World:
    """The documents of one schema, what reading them found, their binding, the databases that they are checked for, and
    whose the annotations without a name space are."""

    documents: tuple[Document, ...]
    faults: tuple[Diagnostic, ...]
    binding: Binding
    providers: tuple[Provider, ...]
    owners: Mapping[str, str]

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """Those of its databases that Nicol talks to."""
        names = [provider.name for provider in self.providers]
        return tuple(named(name, portable=len(names) > 1) for name in names if name in NAMES)

    def document(self, path: str) -> Document:
        """The document of that path; KeyError where there is none."""
        for document in self.documents:
            if document.source.path == path:
                return document
        raise KeyError(path)

    def text(self, span: Span) -> str:
        """The characters of a span."""
        return self.document(span.path).source.text[span.start : span.end]


def look(
    sources: Iterable[Source], providers: tuple[str, ...] = (), owners: Mapping[str, str] | None = None
) -> World:
    """The world of some texts, for the given databases or for that of their datasource block."""
    return world_of(tuple(map(parse, sources)), providers, owners or {})


def world_of(
    parsed: tuple[Checked[Document], ...], providers: tuple[str, ...], owners: Mapping[str, str]
) -> World:
    """The world of documents that are read already."""
    documents = tuple(checked.value for checked in parsed)
    faults = tuple(finding for checked in parsed for finding in checked.findings)
    return World(documents, faults, bind(documents, owners), _providers(documents, providers), owners)


def _providers(documents: tuple[Document, ...], providers: tuple[str, ...]) -> tuple[Provider, ...]:
    wanted = wanted_provider(documents)
    names = providers or ((wanted,) if wanted else ())
    return tuple(provider_named(name, portable=len(names) > 1) for name in names if name in PROVIDERS)


def findings(world: World) -> tuple[Diagnostic, ...]:
    """Everything that there is to say about a schema, for all of its databases; the same thing once."""
    judged = (
        finding for provider in world.providers or (None,) for finding in judge(Case(world.binding, provider))
    )
    return tuple(dict.fromkeys((*world.faults, *judged)))


def block_at(document: Document, offset: int) -> Block | None:
    """The block around a place."""
    blocks = document.blocks
    low, high = 0, len(blocks)
    while low < high:
        middle = (low + high) // 2
        if blocks[middle].span.end < offset:
            low = middle + 1
        else:
            high = middle
    return blocks[low] if low < len(blocks) and blocks[low].span.start <= offset else None


def touches(span: Span, offset: int) -> bool:
    """True when a place is in a span or at its end, as a cursor is at the end of a word."""
    return span.start <= offset <= span.end
