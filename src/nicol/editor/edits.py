"""Making edits of a schema's texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nicol.diagnostics import Edit, Source
from nicol.editor.world import World


def applied(world: World, edits: Iterable[Edit]) -> Iterator[Source]:
    """The texts of a schema with edits made."""
    edits = tuple(edits)
    for document in world.documents:
        yield apply_to(document.source, edits)


def apply_to(source: Source, edits: Iterable[Edit]) -> Source:
    """One text with those of the edits made that are about it; of two at one place, the first comes first."""
    own = sorted((edit for edit in edits if edit.span.path == source.path), key=lambda edit: edit.span.start)
    parts: list[str] = []
    at = 0
    for edit in own:
        parts.extend((source.text[at : edit.span.start], edit.text))
        at = edit.span.end
    return Source(source.path, "".join((*parts, source.text[at:])))
