"""The editor's answers in the words of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lsprotocol import types

from nicol.diagnostics import Diagnostic, Edit, Severity, Span
from nicol.editor.actions import Action
from nicol.editor.hover import Hover
from nicol.editor.offers import Completion, Offer, OfferKind, plain
from nicol.editor.outline import Entry, EntryKind, Fold
from nicol.editor.symbols import Occurrence
from nicol.editor.text import Spot, Text

MOST_FINDINGS = 1000
"""More findings than this in one file help nobody, and slow editors down."""

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}

Places = Callable[[Span], types.Location]
"""From a span to a place as the protocol says it."""


def spot(position: types.Position) -> Spot:
    """A position of the protocol."""
    return Spot(position.line, position.character)


def range_of(text: Text, start: int, end: int) -> types.Range:
    """Characters of a text as a range."""
    first, last = text.spot(start), text.spot(end)
    return types.Range(types.Position(first.line, first.column), types.Position(last.line, last.column))


def diagnostic(finding: Diagnostic, place: types.Range, places: Places) -> types.Diagnostic:
    """A finding: its help stands below its message."""
    message = finding.message + (f"\nhelp: {finding.help}" if finding.help else "")
    related = [
        types.DiagnosticRelatedInformation(places(remark.span), remark.message) for remark in finding.related
    ]
    return types.Diagnostic(
        range=place,
        message=message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source="nicol",
        related_information=related or None,
    )


_OFFER_KINDS: Mapping[OfferKind, types.CompletionItemKind] = {
    OfferKind.KEYWORD: types.CompletionItemKind.Keyword,
    OfferKind.TYPE: types.CompletionItemKind.TypeParameter,
    OfferKind.MODEL: types.CompletionItemKind.Class,
    OfferKind.ENUM: types.CompletionItemKind.Enum,
    OfferKind.FIELD: types.CompletionItemKind.Field,
    OfferKind.VALUE: types.CompletionItemKind.Value,
    OfferKind.ATTRIBUTE: types.CompletionItemKind.Property,
    OfferKind.ARGUMENT: types.CompletionItemKind.Property,
    OfferKind.FUNCTION: types.CompletionItemKind.Function,
    OfferKind.SETTING: types.CompletionItemKind.Property,
}


def completion(
    found: Completion, place: types.Range, *, snippets: bool, again: types.Command | None
) -> types.CompletionList:
    """The offers in order. `snippets`: the editor knows stops of the cursor; `again`: how it is told to ask once more."""
    items = [
        _item(offer, f"{number:04}", place, snippets=snippets, again=again)
        for number, offer in enumerate(found.offers)
    ]
    return types.CompletionList(is_incomplete=False, items=items)


def _item(
    offer: Offer, order: str, place: types.Range, *, snippets: bool, again: types.Command | None
) -> types.CompletionItem:
    is_snippet = offer.snippet and snippets
    text = plain(offer.text) if offer.snippet and not snippets else offer.text
    documentation = (
        types.MarkupContent(types.MarkupKind.Markdown, offer.documentation) if offer.documentation else None
    )
    return types.CompletionItem(
        label=offer.label,
        kind=_OFFER_KINDS[offer.kind],
        detail=offer.detail,
        documentation=documentation,
        sort_text=order,
        filter_text=offer.label,
        insert_text_format=types.InsertTextFormat.Snippet if is_snippet else types.InsertTextFormat.PlainText,
        text_edit=types.TextEdit(place, text),
        command=again if offer.again else None,
    )


def hover(found: Hover, place: types.Range) -> types.Hover:
    """An explanation."""
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found.text), place)


_ENTRY_KINDS: Mapping[EntryKind, types.SymbolKind] = {
    EntryKind.MODEL: types.SymbolKind.Class,
    EntryKind.VIEW: types.SymbolKind.Class,
    EntryKind.TYPE: types.SymbolKind.Struct,
    EntryKind.ENUM: types.SymbolKind.Enum,
    EntryKind.DATASOURCE: types.SymbolKind.Module,
    EntryKind.GENERATOR: types.SymbolKind.Module,
    EntryKind.FIELD: types.SymbolKind.Field,
    EntryKind.VALUE: types.SymbolKind.EnumMember,
    EntryKind.SETTING: types.SymbolKind.Property,
}


def symbol(entry: Entry, text: Text) -> types.DocumentSymbol:
    """An entry of the outline with its members."""
    return types.DocumentSymbol(
        name=entry.name,
        kind=_ENTRY_KINDS[entry.kind],
        range=range_of(text, entry.span.start, entry.span.end),
        selection_range=range_of(text, entry.name_span.start, entry.name_span.end),
        detail=entry.detail or None,
        children=[symbol(member, text) for member in entry.members],
    )


def fold(found: Fold) -> types.FoldingRange:
    """Lines that can be folded; the brace that ends a block stays in sight."""
    kind = types.FoldingRangeKind.Comment if found.comment else types.FoldingRangeKind.Region
    return types.FoldingRange(found.first, found.last if found.comment else found.last - 1, kind=kind)


def highlight(found: Occurrence, text: Text) -> types.DocumentHighlight:
    """A place that speaks of the same thing."""
    kind = types.DocumentHighlightKind.Write if found.declares else types.DocumentHighlightKind.Read
    return types.DocumentHighlight(range_of(text, found.span.start, found.span.end), kind)


def action(found: Action, edit: types.WorkspaceEdit, finding: types.Diagnostic | None) -> types.CodeAction:
    """Something that can be done."""
    return types.CodeAction(
        title=found.title,
        kind=types.CodeActionKind.QuickFix if found.finding else types.CodeActionKind.RefactorRewrite,
        diagnostics=[finding] if finding else None,
        is_preferred=True if found.finding else None,
        edit=edit,
    )


def minimal(path: str, before: str, after: str) -> tuple[Edit, ...]:
    """The edit that makes one text of another and leaves alone the lines that they begin and end with in common."""
    if before == after:
        return ()
    limit = min(len(before), len(after))
    start = before.rfind("\n", 0, _common(before, after, limit)) + 1
    end = _common(before[::-1], after[::-1], limit - start)
    line = before.find("\n", len(before) - end)
    end = len(before) - (line + 1) if end > 0 and line >= 0 else 0
    return (Edit(Span(path, start, len(before) - end), after[start : len(after) - end]),)


def _common(one: str, other: str, limit: int) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def changes(edits: Iterable[Edit], places: Places) -> dict[str, list[types.TextEdit]]:
    """Edits by the document that they are about."""
    by_document: dict[str, list[types.TextEdit]] = {}
    for edit in edits:
        location = places(edit.span)
        by_document.setdefault(location.uri, []).append(types.TextEdit(location.range, edit.text))
    return by_document
