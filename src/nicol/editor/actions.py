"""What can be done at a place with one click: what a finding's help line says, and names pinned in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nicol.diagnostics import Diagnostic, Edit, Span
from nicol.editor.rename import is_stored
from nicol.editor.symbols import declaration, occurrence_at
from nicol.editor.world import World
from nicol.schema.document import EnumValueDeclaration, FieldDeclaration
from nicol.schema.edits import new_attribute


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done: what to call it, its edits, and the finding that it puts right, where it does."""

    title: str
    edits: tuple[Edit, ...]
    finding: Diagnostic | None = None


def actions(world: World, found: Iterable[Diagnostic], path: str, start: int, end: int) -> Iterator[Action]:
    """What can be done about the characters from `start` to `end`, given what was found in the schema."""
    for finding in found:
        span = finding.span
        if finding.fix and span is not None and span.path == path and span.start <= end and start <= span.end:
            yield Action(_title(finding), finding.fix, finding)
    yield from _pin(world, path, start)


def _title(finding: Diagnostic) -> str:
    text = finding.help or finding.message
    return text[:1].upper() + text[1:]


def _pin(world: World, path: str, offset: int) -> Iterator[Action]:
    """Writing out the database's name of something, so that it stays when the thing is renamed."""
    found = occurrence_at(world, path, offset)
    declared = declaration(world, found.symbol) if found and found.declares else None
    if found is None or declared is None or not is_stored(world, found.symbol, declared):
        return
    old = json.dumps(found.symbol.name)
    title = f"Pin the name in the database: {found.symbol.name}"
    if isinstance(declared, FieldDeclaration | EnumValueDeclaration):
        end = declared.span.end
        yield Action(title, (Edit(Span(declared.span.path, end, end), f" @map({old})"),))
    else:
        text = world.document(declared.span.path).source.text
        yield Action(title, (new_attribute(text, declared, f"@@map({old})"),))
