"""Merging: the files of one schema as one text in canonical form, what sets the scene first."""

from __future__ import annotations

from nicol.diagnostics import Source
from nicol.schema.format import format_sources
from nicol.schema.parse import parse

_BYTE_ORDER_MARK = "\ufeff"


def merge(sources: tuple[Source, ...]) -> str:
    """One text that says what all files say: those with the datasource and generators first, the others in their order."""
    plain = tuple(Source(source.path, _plain(source.text)) for source in sources)
    ordered = sorted(format_sources(plain), key=lambda source: not parse(source).value.settings)
    return "\n".join(source.text for source in ordered if source.text.strip())


def _plain(text: str) -> str:
    return text.removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n")
