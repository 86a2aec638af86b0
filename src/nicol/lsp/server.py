"""The server: what one editor was told, in which words it speaks of places, and when findings are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterable
from typing import Any, cast

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import from_fs_path, to_fs_path

from nicol.diagnostics import Diagnostic, Edit, Span
from nicol.editor.rename import Keep
from nicol.editor.text import Text
from nicol.editor.world import World
from nicol.lsp import messages
from nicol.lsp.session import Known, Session, Superseded

QUIET = 0.12
"""Seconds without a keystroke before findings are looked for."""


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
