"""Renaming: every place that speaks of a thing gets its new name, and the rows that it has in the database stay its rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from nicol.diagnostics import Diagnostic, Edit, Severity, Span, position
from nicol.editor.edits import applied
from nicol.editor.symbols import Declaration, Symbol, SymbolKind, declaration, occurrence_at, places_of
from nicol.editor.world import World, findings, look
from nicol.schema.bound import ModelRef
from nicol.schema.document import EnumValueDeclaration, FieldDeclaration, ModelDeclaration, ModelKind
from nicol.schema.edits import line_end, new_attribute


class Keep(StrEnum):
    """How the rows of a renamed thing are kept."""

    ANNOTATE = "annotate"
    """By `/// @nicol.renamed(from: …)`: the next migration renames it in the database too."""
    MAP = "map"
    """By `@map`: the database stays as it is."""
    NOTHING = "nothing"
    """Not at all: the schema alone is changed."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be renamed, in a sentence."""

    message: str


def renamable(world: World, path: str, offset: int) -> Span | None:
    """The name at a place that can be renamed."""
    found = occurrence_at(world, path, offset)
    return found.span if found else None


def rename(world: World, path: str, offset: int, name: str, keep: Keep) -> tuple[Edit, ...] | Refusal:
    """The edits that rename what stands at a place; a Refusal where they would break the schema."""
    found = occurrence_at(world, path, offset)
    if found is None:
        return Refusal("there is nothing here that has a name of its own")
    symbol = found.symbol
    if name == symbol.name:
        return ()
    taken = _taken(world, symbol, name)
    if taken is not None:
        return Refusal(taken)
    edits = tuple(Edit(each.span, name) for each in places_of(world, symbol))
    refusal = _overlooked(world, symbol.name, edits) or _tried(world, edits)
    return refusal or (*edits, *_kept(world, symbol, keep))


def _taken(world: World, symbol: Symbol, name: str) -> str | None:
    binding = world.binding
    match symbol.kind:
        case SymbolKind.MODEL | SymbolKind.ENUM if name in binding.models:
            return f"`{name}` is the name of a model already"
        case SymbolKind.MODEL | SymbolKind.ENUM if name in binding.enums:
            return f"`{name}` is the name of an enum already"
        case SymbolKind.FIELD if name in binding.models[symbol.owner].fields:
            return f"`{symbol.owner}` has a field `{name}` already"
        case SymbolKind.VALUE if name in binding.enums[symbol.owner].values:
            return f"`{symbol.owner}` has a value `{name}` already"
        case _:
            return None


def _tried(world: World, edits: tuple[Edit, ...]) -> Refusal | None:
    """What the schema would have against its new name: the first error of a kind that there was less of before."""
    after = look(applied(world, edits), tuple(provider.name for provider in world.providers), world.owners)
    before = Counter(finding.code for finding in _errors(findings(world)))
    for finding in _errors(findings(after)):
        before[finding.code] -= 1
        if before[finding.code] < 0:
            return Refusal(finding.message + (f": {finding.help}" if finding.help else ""))
    return None


def _overlooked(world: World, name: str, edits: tuple[Edit, ...]) -> Refusal | None:
    """A line that cannot be read may speak of the thing: it would keep its old name there."""
    known = {(edit.span.path, edit.span.start) for edit in edits}
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    for fault in world.faults:
        if fault.span is None:
            continue
        text = world.document(fault.span.path).source.text
        start, end = text.rfind("\n", 0, fault.span.start) + 1, text.find("\n", fault.span.end)
        for match in word.finditer(text, start, len(text) if end < 0 else end):
            if (fault.span.path, match.start()) not in known:
                line = position(text, match.start()).line
                return Refusal(
                    f"line {line} of {fault.span.path} speaks of `{name}` and cannot be read: {fault.message}"
                )
    return None


def _errors(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    return (finding for finding in found if finding.severity is Severity.ERROR)


# ---- keeping rows ----------------------------------------------------------------------------------------------------


def _kept(world: World, symbol: Symbol, keep: Keep) -> Iterator[Edit]:
    """What keeps a thing's rows when its name changes; nothing where the database knows it by another name."""
    declared = declaration(world, symbol)
    if keep is Keep.NOTHING or declared is None or not is_stored(world, symbol, declared):
        return
    text = world.document(declared.span.path).source.text
    old = json.dumps(symbol.name)
    start = text.rfind("\n", 0, declared.span.start) + 1
    indent = text[start : declared.span.start]
    if keep is Keep.ANNOTATE and not indent.strip():
        if not any(_RENAMED in comment.text for comment in declared.comments):
            yield _insertion(declared, start, f"{indent}/// {_RENAMED}(from: {old}){line_end(text)}")
    elif isinstance(declared, FieldDeclaration | EnumValueDeclaration):
        yield _insertion(declared, declared.span.end, f" @map({old})")
    else:
        yield new_attribute(text, declared, f"@@map({old})")


_RENAMED = "@nicol.renamed"


def _insertion(declared: Declaration, offset: int, text: str) -> Edit:
    return Edit(Span(declared.span.path, offset, offset), text)


def is_stored(world: World, symbol: Symbol, declared: Declaration) -> bool:
    """True when the database knows a thing by its name in the schema."""
    if any(attribute.name.text == "map" for attribute in declared.attributes):
        return False
    if isinstance(declared, ModelDeclaration):
        return declared.kind is ModelKind.MODEL
    if isinstance(declared, FieldDeclaration):
        model = world.binding.models[symbol.owner]
        target = model.fields[symbol.name].target
        return not model.is_view and target is not None and not isinstance(target, ModelRef)
    return True
