"""Which question of the protocol is answered by which function of the editor."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from nicol.editor.actions import actions
from nicol.editor.completion import complete
from nicol.editor.hover import hover
from nicol.editor.outline import folds, outline
from nicol.editor.rename import Keep, Refusal, renamable, rename
from nicol.editor.symbols import declaration, occurrence_at, places_of
from nicol.editor.text import Units
from nicol.lsp import messages
from nicol.lsp.server import Server
from nicol.lsp.session import Superseded
from nicol.schema.format import format_sources

_REQUEST_FAILED = -32803
_RETRIGGERS = ("Visual Studio Code", "VSCodium", "Cursor", "Windsurf")
_ASK_AGAIN = types.Command("Suggest", "editor.action.triggerSuggest")
_WATCH = types.RegistrationParams(
    [
        types.Registration(
            "files",
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            types.DidChangeWatchedFilesRegistrationOptions(
                [
                    types.FileSystemWatcher(each)
                    for each in ("**/*.prisma", "**/nicol.toml", "**/pyproject.toml")
                ]
            ),
        )
    ]
)
_TRIGGERS = ["@", ".", '"', "(", "[", ":"]


def make_server(version: str) -> Server:
    """A server that is ready to be started on a pipe or a socket."""
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_no_refusal)
    server = Server(version)
    for register in (_life, _texts, _reading, _names, _changes):
        register(server)
    return server


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """False for the trace that pygls logs when an answer is an error that the user is told anyway."""
    return not (record.exc_info and isinstance(record.exc_info[1], JsonRpcException))


# ---- what the protocol asks ------------------------------------------------------------------------------------------


def _life(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        encoding = server.protocol.workspace.position_encoding
        server.session.units = Units(str(getattr(encoding, "value", encoding)))
        text_document = params.capabilities.text_document
        told = text_document.completion if text_document else None
        item = told.completion_item if told else None
        server.snippets = bool(item and item.snippet_support)
        name = params.client_info.name if params.client_info else ""
        server.again = _ASK_AGAIN if name.startswith(_RETRIGGERS) else None
        _configure(server, params.initialization_options)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            await server.client_register_capability_async(_WATCH)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: types.DidChangeConfigurationParams) -> None:
        _configure(server, params.settings)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(_: types.DidChangeWatchedFilesParams) -> None:
        server.look_again()


def _configure(server: Server, options: Any) -> None:
    """Take the settings `{"rename": "annotate" | "map" | "nothing"}`, also where they stand under `nicol`."""
    held = _entry(options, "nicol") or options
    wanted = _entry(held, "rename")
    if wanted is not None:
        try:
            server.keep = Keep(wanted)
        except ValueError:
            server.window_show_message(
                types.ShowMessageParams(
                    types.MessageType.Warning,
                    f"nicol: rename is one of {', '.join(Keep)}, not {wanted!r}",
                )
            )


def _entry(value: Any, name: str) -> Any:
    """An entry of a dictionary or of an object that stands for one."""
    if isinstance(value, Mapping):
        entries: Mapping[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return entries.get(name)
    return getattr(value, name, None)


def _texts(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.opened(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.changed(params)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: types.DidSaveTextDocumentParams) -> None:
        server.look_again()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)


def _reading(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=_TRIGGERS))
    async def completion(params: types.CompletionParams) -> types.CompletionList:
        path = server.path(params.text_document.uri)
        world = await server.session.lately(path)
        text = server.session.text(path, world)
        found = complete(world, path, text.offset(messages.spot(params.position)))
        place = messages.range_of(text, found.span.start, found.span.end)
        return messages.completion(found, place, snippets=server.snippets, again=server.again)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        world, path, offset, text = await server.at(params.text_document.uri, params.position)
        found = hover(world, path, offset)
        return found and messages.hover(found, messages.range_of(text, found.span.start, found.span.end))

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        world, path, _, text = await server.at(params.text_document.uri, types.Position(0, 0))
        return [messages.symbol(entry, text) for entry in outline(world.document(path))]

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folding(params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        world, path, *_ = await server.at(params.text_document.uri, types.Position(0, 0))
        return [messages.fold(each) for each in folds(world.document(path))]


def _names(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> types.Location | None:
        world, path, offset, _ = await server.at(params.text_document.uri, params.position)
        found = occurrence_at(world, path, offset)
        declared = declaration(world, found.symbol) if found else None
        return server.places(world)(declared.name.span) if declared else None

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(params: types.ReferenceParams) -> list[types.Location]:
        world, path, offset, _ = await server.at(params.text_document.uri, params.position)
        found = occurrence_at(world, path, offset)
        places = server.places(world)
        wanted = params.context.include_declaration
        every = places_of(world, found.symbol) if found else ()
        return [places(each.span) for each in every if wanted or not each.declares]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def highlights(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        world, path, offset, text = await server.at(params.text_document.uri, params.position)
        found = occurrence_at(world, path, offset)
        every = places_of(world, found.symbol) if found else ()
        return [messages.highlight(each, text) for each in every if each.span.path == path]

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare(params: types.PrepareRenameParams) -> types.Range | None:
        world, path, offset, text = await server.at(params.text_document.uri, params.position)
        span = renamable(world, path, offset)
        return messages.range_of(text, span.start, span.end) if span else None

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    async def renamed(params: types.RenameParams) -> types.WorkspaceEdit:
        world, path, offset, _ = await server.at(params.text_document.uri, params.position)
        edits = await asyncio.to_thread(rename, world, path, offset, params.new_name, server.keep)
        if isinstance(edits, Refusal):
            raise JsonRpcException(edits.message, _REQUEST_FAILED)
        return server.workspace_edit(world, edits)


def _changes(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    async def formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        path = server.path(params.text_document.uri)
        known = await server.session.known(path)
        formatted = await asyncio.to_thread(format_sources, known.snapshot.sources)
        after = next(source.text for source in formatted if source.path == path)
        places = server.places(known.world)
        edits = messages.minimal(path, known.world.document(path).source.text, after)
        return [types.TextEdit(places(edit.span).range, edit.text) for edit in edits]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
    async def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        path = server.path(params.text_document.uri)
        try:
            known, found = await server.session.findings(path)
        except Superseded:
            return []
        world = known.world
        text, places = server.session.text(path, world), server.places(world)
        start, end = (text.offset(messages.spot(each)) for each in (params.range.start, params.range.end))
        return [
            messages.action(
                each,
                server.workspace_edit(world, each.edits),
                messages.diagnostic(each.finding, places(each.finding.span).range, places)
                if each.finding and each.finding.span
                else None,
            )
            for each in actions(world, found, path, start, end)
        ]
