"""The server: which question of the protocol is answered by which function of the editor, and when findings are sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import from_fs_path, to_fs_path

from nicol.diagnostics import Diagnostic, Edit, Span
from nicol.editor.actions import actions
from nicol.editor.completion import complete
from nicol.editor.hover import hover
from nicol.editor.outline import folds, outline
from nicol.editor.rename import Keep, Refusal, renamable, rename
from nicol.editor.symbols import declaration, occurrence_at, places_of
from nicol.editor.text import Text, Units
from nicol.editor.world import World
from nicol.lsp import messages
from nicol.lsp.session import Known, Session, Superseded
from nicol.schema.format import format_sources

QUIET = 0.12
"""Seconds without a keystroke before findings are looked for."""

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


class _Protocol(LanguageServerProtocol):
    """Leaves texts to the session: pygls cuts them at characters (U+2028, form feed…) that end no line for an editor."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(
        self, params: types.DidOpenTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self._own(types.TEXT_DOCUMENT_DID_OPEN), (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: types.DidChangeTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self._own(types.TEXT_DOCUMENT_DID_CHANGE), (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(
        self, params: types.DidCloseTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self._own(types.TEXT_DOCUMENT_DID_CLOSE), (params,), None

    def _own(self, method: str) -> Callable[..., Any]:
        return cast("dict[str, Callable[..., Any]]", self.fm.features)[method]  # pyright: ignore[reportUnknownMemberType]


class Server(LanguageServer):
    """One editor's session, and what has been told to it."""

    def __init__(self, version: str) -> None:
        super().__init__("nicol", version, protocol_cls=_Protocol)  # pyright: ignore[reportUnknownMemberType]
        self.session = Session()
        self.keep = Keep.ANNOTATE
        self.snippets = False
        self.again: types.Command | None = None
        self._uris: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._shown: set[str] = set()
        self._told: set[str] = set()
        self._complaint: str | None = None
        self._timers: dict[frozenset[str], asyncio.Task[None]] = {}

    # ---- paths and places ----------------------------------------------------------------------------------------

    def path(self, uri: str) -> str:
        """The path of a document; for one that is no file, its address."""
        path = (to_fs_path(uri) if uri.startswith("file:") else None) or uri
        self._uris.setdefault(path, uri)
        return path

    def uri(self, path: str) -> str:
        """The address of a path, as the editor spells it."""
        return self._uris.get(path) or from_fs_path(path) or path

    def places(self, world: World) -> messages.Places:
        """Spans of a world as places of the protocol."""
        texts: dict[str, Text] = {}

        def place(span: Span) -> types.Location:
            text = texts.get(span.path) or texts.setdefault(span.path, self.session.text(span.path, world))
            return types.Location(self.uri(span.path), messages.range_of(text, span.start, span.end))

        return place

    async def at(self, uri: str, position: types.Position) -> tuple[World, str, int, Text]:
        """A document's world, its path, and the character at a position of it."""
        path = self.path(uri)
        known = await self.session.known(path)
        text = self.session.text(path, known.world)
        return known.world, path, text.offset(messages.spot(position)), text

    def workspace_edit(self, world: World, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """Edits of several documents, bound to the versions that they were made for where the editor knows versions."""
        by_document = messages.changes(edits, self.places(world))
        capabilities = self.client_capabilities.workspace
        told = capabilities.workspace_edit if capabilities else None
        if told is None or not told.document_changes:
            return types.WorkspaceEdit(changes=by_document)
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(uri, self._versions.get(uri)), [*changes]
                )
                for uri, changes in by_document.items()
            ]
        )

    # ---- texts and findings --------------------------------------------------------------------------------------

    def opened(self, document: types.TextDocumentItem) -> None:
        """A document is shown."""
        path = self.path(document.uri)
        self._uris[path] = document.uri
        self._versions[document.uri] = document.version
        self.session.open(path, document.text)
        self._shown.add(path)
        self.look_soon(path, wait=0)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """A document's text has changed; of several changes, each is made in what the one before has left."""
        path = self.path(params.text_document.uri)
        self._versions[params.text_document.uri] = params.text_document.version
        for change in params.content_changes:
            held = self.session.texts.get(path)
            if isinstance(change, types.TextDocumentContentChangePartial) and held is not None:
                start, end = messages.spot(change.range.start), messages.spot(change.range.end)
                self.session.change(path, held.changed(start, end, change.text))
            else:
                self.session.change(path, change.text)
        self.look_soon(path)

    def closed(self, uri: str) -> None:
        """A document is shown no longer; what is on disk counts again."""
        path = self.path(uri)
        self._versions.pop(uri, None)
        self._shown.discard(path)
        members = self.session.members(path)
        self.session.close(path)
        others = sorted(members & self._shown)
        if others:
            self.look_soon(others[0], wait=0)
        else:
            self._silence(members)

    def look_again(self) -> None:
        """Files have changed on disk."""
        self.session.forget()
        for path in sorted(self._shown):
            self.look_soon(path)

    def look_soon(self, path: str, wait: float = QUIET) -> None:
        """Send findings about a path's schema once nobody types; an earlier intention to do so is given up."""
        home = self.session.members(path)
        self._complain(self.session.complaint(path))
        before = self._timers.get(home)
        if before is not None:
            before.cancel()
        self._timers[home] = asyncio.ensure_future(self._look(path, wait))

    def _complain(self, complaint: str | None) -> None:
        """Say once what is wrong with the configuration; the schema is checked without it."""
        if complaint is not None and complaint != self._complaint:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, complaint))
        self._complaint = complaint

    async def _look(self, path: str, wait: float) -> None:
        await asyncio.sleep(wait)
        try:
            known, found = await self.session.findings(path)
        except Superseded:
            return
        self._tell(known, found)

    def _tell(self, known: Known, found: tuple[Diagnostic, ...]) -> None:
        """Publish what was found, file by file; a file in which nothing is wrong any more is told so once."""
        places = self.places(known.world)
        by_path: dict[str, list[types.Diagnostic]] = {source.path: [] for source in known.snapshot.sources}
        first = next(iter(by_path), "")
        for finding in found:
            span = finding.span or Span(first, 0, 0)
            told = by_path.get(span.path)
            if told is not None and len(told) < messages.MOST_FINDINGS:
                told.append(messages.diagnostic(finding, places(span).range, places))
        for path, told in by_path.items():
            if told or path in self._shown or path in self._told:
                self._publish(path, told)

    def _publish(self, path: str, told: list[types.Diagnostic]) -> None:
        (self._told.add if told else self._told.discard)(path)
        uri = self.uri(path)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, told, version=self._versions.get(uri))
        )

    def _silence(self, members: frozenset[str]) -> None:
        for path in sorted(members & self._told):
            self._publish(path, [])


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
