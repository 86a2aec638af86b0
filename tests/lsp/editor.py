"""An editor that speaks the protocol with `nicol lsp` as a process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

T = TypeVar("T")
NICOL = Path(sys.executable).with_name("nicol")
PATIENCE = 60


class Editor:
    """One session: what is open with its version, and the findings that were sent."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.findings: dict[str, types.PublishDiagnosticsParams] = {}
        self.news = asyncio.Event()
        self.messages: list[str] = []
        self.versions: dict[str, int] = {}
        self.capabilities: types.ServerCapabilities | None = None

    def open(self, file: Path, text: str | None = None) -> str:
        uri = file.as_uri()
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, "prisma", 1, file.read_text("utf-8") if text is None else text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        self.versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.versions[uri], uri), list(changes)
            )
        )

    async def found(self, uri: str) -> tuple[types.Diagnostic, ...]:
        """The findings about the text as it is now."""
        async with asyncio.timeout(PATIENCE):
            while uri not in self.findings or self.findings[uri].version != self.versions.get(uri):
                self.news.clear()
                await self.news.wait()
        return tuple(self.findings[uri].diagnostics)

    async def found_until(self, uri: str, good: Callable[[tuple[types.Diagnostic, ...]], bool]) -> None:
        """Wait for findings that are as they should be."""
        async with asyncio.timeout(PATIENCE):
            while uri not in self.findings or not good(tuple(self.findings[uri].diagnostics)):
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def editing(
    capabilities: types.ClientCapabilities | None = None, options: object = None, port: int | None = None
) -> AsyncIterator[Editor]:
    """A session from `initialize` to `exit`; the server must end well."""
    client = LanguageClient("editor of the tests", "1")
    editor = Editor(client)

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: types.PublishDiagnosticsParams) -> None:
        editor.findings[params.uri] = params
        editor.news.set()

    @client.feature(types.WINDOW_SHOW_MESSAGE)
    def shown(params: types.ShowMessageParams) -> None:
        editor.messages.append(params.message)

    if port is None:
        await client.start_io(str(NICOL), "lsp")
    else:
        await connect(client, port)
    answer = await client.initialize_async(
        types.InitializeParams(
            capabilities=capabilities or types.ClientCapabilities(), initialization_options=options
        )
    )
    editor.capabilities = answer.capabilities
    client.initialized(types.InitializedParams())
    yield editor
    await client.shutdown_async(None)
    client.exit(None)
    if client._server is not None:
        assert await asyncio.wait_for(client._server.wait(), PATIENCE) == 0
    await client.stop()


async def connect(client: LanguageClient, port: int) -> None:
    """Connect; the port is announced right before it is opened, and serves one connection."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await client.start_tcp("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                return


def session(script: Callable[[], Awaitable[T]]) -> T:
    """Run a script of awaits."""

    async def main() -> T:
        return await script()

    return asyncio.run(main())
