"""`nicol lsp` in real sessions: a process, a pipe or a socket, and an editor that speaks the protocol."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from nicol.editor.completion import complete
from nicol.editor.text import Spot, Text, Units
from nicol.lsp.session import Session
from nicol.schema.format import format_text
from tests.editor.cursor import SHOP
from tests.lsp.editor import NICOL, Editor, editing, session

pytestmark = pytest.mark.slow

VERSIONED = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
    ),
    text_document=types.TextDocumentClientCapabilities(
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(snippet_support=True)
        )
    ),
)
UTF8 = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf8])
)


def position(text: str, mark: str, inside: int = 0, units: Units = Units.UTF16) -> types.Position:
    """The place of a piece of text that is there once."""
    assert text.count(mark) == 1, mark
    spot = Text(text, units).spot(text.index(mark) + inside)
    return types.Position(spot.line, spot.column)


def made(text: str, edits: list[types.TextEdit], units: Units = Units.UTF16) -> str:
    """The text with edits made, as an editor makes them."""
    lines = Text(text, units)
    spans = [
        (
            lines.offset(Spot(edit.range.start.line, edit.range.start.character)),
            lines.offset(Spot(edit.range.end.line, edit.range.end.character)),
            edit.new_text,
        )
        for edit in edits
    ]
    for start, end, new in sorted(spans, reverse=True, key=lambda span: span[:2]):
        text = text[:start] + new + text[end:]
    return text


def insertion(at: types.Position, text: str) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(types.Range(at, at), text)


@pytest.mark.proves("Editor", "a whole session over standard input and output")
def test_a_session_from_opening_to_shutdown(tmp_path: Path) -> None:
    file = tmp_path / "schema.prisma"
    file.write_text(SHOP.replace("String   @map", "Strng   @map"))

    async def script() -> None:
        async with editing(VERSIONED) as editor:
            uri, client = editor.open(file), editor.client
            text, document = file.read_text(), types.TextDocumentIdentifier(file.as_uri())
            (finding,) = await editor.found(uri)
            assert finding.code == "unknown-type"
            assert finding.message == "there is no type `Strng`\nhelp: did you mean `String`?"
            assert finding.severity is types.DiagnosticSeverity.Error
            assert finding.range == types.Range(position(text, "Strng"), position(text, "Strng", 5))

            editor.change(uri, insertion(position(text, "Strng", 3), "i"))
            assert await editor.found(uri) == ()
            text = text.replace("Strng", "String")

            offers = await client.text_document_completion_async(
                types.CompletionParams(document, position(text, "onDelete: Cascade", 10))
            )
            assert isinstance(offers, types.CompletionList)
            assert [item.label for item in offers.items] == [
                "Cascade",
                "Restrict",
                "NoAction",
                "SetNull",
                "SetDefault",
            ]

            told = await client.text_document_hover_async(
                types.HoverParams(document, position(text, "author   User", 10))
            )
            assert told is not None
            assert isinstance(told.contents, types.MarkupContent)
            assert "Somebody who buys." in told.contents.value

            where = await client.text_document_definition_async(
                types.DefinitionParams(document, position(text, "author   User", 10))
            )
            assert where == types.Location(
                uri, types.Range(position(text, "User {"), position(text, "User {", 4))
            )

            edit = await client.text_document_rename_async(
                types.RenameParams(document, position(text, "author   User", 10), "Person")
            )
            assert edit is not None
            assert edit.document_changes is not None
            (change,) = edit.document_changes
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.version == 2
            renamed = made(text, [each for each in change.edits if isinstance(each, types.TextEdit)])
            assert '/// @nicol.renamed(from: "User")\nmodel Person {' in renamed
            assert "author   Person" in renamed

            edits = await client.text_document_formatting_async(
                types.DocumentFormattingParams(document, types.FormattingOptions(2, insert_spaces=True))
            )
            assert made(text, list(edits or ())) == format_text(text)

            outline = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
            assert [entry.name for entry in outline or ()] == ["db", "Role", "User", "Post"]

    session(script)


@pytest.mark.proves("Editor", "a rename that cannot be is refused with the reason")
def test_a_refused_rename_is_an_answer_and_no_trace(tmp_path: Path) -> None:
    file = tmp_path / "schema.prisma"
    file.write_text(SHOP)

    async def script() -> None:
        async with editing() as editor:
            uri = editor.open(file)
            with pytest.raises(JsonRpcException, match="`Post` is the name of a model already"):
                await editor.client.text_document_rename_async(
                    types.RenameParams(types.TextDocumentIdentifier(uri), position(SHOP, "User {"), "Post")
                )
            server = editor.client._server
            assert server is not None
            assert server.stderr is not None
        assert await server.stderr.read() == b""

    session(script)


@pytest.mark.proves("Editor", "schemas of several files, unsaved buffers first")
def test_the_files_of_a_folder_are_one_schema(tmp_path: Path) -> None:
    user, post = tmp_path / "user.prisma", tmp_path / "models" / "post.prisma"
    post.parent.mkdir()
    user.write_text(
        'datasource db {\n  provider = "sqlite"\n}\n\nmodel User {\n  id Int @id\n  posts Post[]\n}\n'
    )
    post.write_text(
        "model Post {\n  id Int @id\n  authorId Int\n  author User @relation(fields: [authorId], references: [id])\n}\n"
    )

    async def script() -> None:
        async with editing() as editor:
            shown = editor.open(user)
            assert await editor.found(shown) == ()

            other = editor.open(post, "model Post {\n  id Int @id\n}\n")
            await editor.found_until(shown, bool)
            assert [each.code for each in await editor.found(shown)] == ["relation-without-other-side"]

            editor.change(other, types.TextDocumentContentChangeWholeDocument(post.read_text()))
            await editor.found_until(shown, lambda found: not found)

            places = await editor.client.text_document_references_async(
                types.ReferenceParams(
                    types.ReferenceContext(include_declaration=True),
                    types.TextDocumentIdentifier(shown),
                    position(user.read_text(), "User {"),
                )
            )
            assert [place.uri for place in places or ()] == [other, shown]
            edit = await editor.client.text_document_rename_async(
                types.RenameParams(
                    types.TextDocumentIdentifier(shown), position(user.read_text(), "User {"), "Person"
                )
            )
            assert edit is not None
            assert set(edit.changes or ()) == {shown, other}

            editor.client.text_document_did_close(
                types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(other))
            )
            post.unlink()
            editor.client.workspace_did_change_watched_files(
                types.DidChangeWatchedFilesParams([types.FileEvent(other, types.FileChangeType.Deleted)])
            )
            await editor.found_until(shown, lambda found: [each.code for each in found] == ["unknown-type"])

    session(script)


@pytest.mark.proves("Editor", "positions in UTF-16 and UTF-8")
@pytest.mark.parametrize(("capabilities", "units"), [(None, Units.UTF16), (UTF8, Units.UTF8)])
def test_positions_count_what_was_agreed_on(
    tmp_path: Path, capabilities: types.ClientCapabilities | None, units: Units
) -> None:
    file = tmp_path / "schema.prisma"
    text = 'model A {\n  id Int @id @default(1) @map("😀é") @uniq // \u2028 ü\n}\n// é😀\nmodel B {\n}\n'

    async def script() -> None:
        async with editing(capabilities) as editor:
            assert editor.capabilities is not None
            assert editor.capabilities.position_encoding == units.value
            uri = editor.open(file, text)
            found = [each for each in await editor.found(uri) if each.code == "unknown-attribute"]
            assert [each.range.start for each in found] == [position(text, "@uniq", units=units)]
            editor.change(
                uri,
                insertion(position(text, "@uniq", 5, units), "ue"),
                insertion(types.Position(4, 9), "\n  id Int @id"),
            )
            assert await editor.found(uri) == ()

    session(script)


def test_settings_say_how_a_rename_keeps_rows(tmp_path: Path) -> None:
    file = tmp_path / "schema.prisma"
    file.write_text(SHOP)

    async def renamed(editor: Editor, uri: str) -> str:
        edit = await editor.client.text_document_rename_async(
            types.RenameParams(types.TextDocumentIdentifier(uri), position(SHOP, "email String"), "mail")
        )
        assert edit is not None
        assert edit.changes is not None
        return made(SHOP, list(edit.changes[uri]))

    async def script() -> None:
        async with editing(options={"rename": "map"}) as editor:
            uri = editor.open(file)
            assert '@map("email")' in await renamed(editor, uri)
            editor.client.workspace_did_change_configuration(
                types.DidChangeConfigurationParams({"nicol": {"rename": "nothing"}})
            )
            assert await renamed(editor, uri) == SHOP.replace("email String", "mail String")

    session(script)


def test_a_faulty_configuration_is_told_once_and_the_schema_is_checked_without_it(tmp_path: Path) -> None:
    file = tmp_path / "schema.prisma"
    file.write_text(SHOP)
    (tmp_path / "nicol.toml").write_text('schem = "schema.prisma"\n')

    async def script() -> None:
        async with editing() as editor:
            uri = editor.open(file)
            assert await editor.found(uri) == ()
            editor.change(uri, insertion(types.Position(0, 0), "x"))
            assert len(await editor.found(uri)) > 0
            (message,) = editor.messages
            assert "unknown setting 'schem'" in message
            assert "did you mean 'schema'?" in message

    session(script)


def test_quick_fixes_and_pins_are_offered(tmp_path: Path) -> None:
    file = tmp_path / "schema.prisma"
    file.write_text(SHOP)

    async def script() -> None:
        async with editing() as editor:
            uri = editor.open(file)
            here = position(SHOP, "email String")
            offers = await editor.client.text_document_code_action_async(
                types.CodeActionParams(
                    types.TextDocumentIdentifier(uri), types.Range(here, here), types.CodeActionContext([])
                )
            )
            (pin,) = offers or ()
            lost = SHOP.replace("String   @map", "Strng   @map").replace("  posts Post[]\n", "")
            editor.change(uri, types.TextDocumentContentChangeWholeDocument(lost))
            here = position(lost, "author   User")
            (fix, *_) = (
                await editor.client.text_document_code_action_async(
                    types.CodeActionParams(
                        types.TextDocumentIdentifier(uri),
                        types.Range(here, here),
                        types.CodeActionContext([]),
                    )
                )
                or ()
            )
            assert isinstance(fix, types.CodeAction)
            assert fix.title == "Add `posts Post[]` to `User`"
            assert fix.kind == types.CodeActionKind.QuickFix
            assert fix.diagnostics is not None
            assert [each.code for each in fix.diagnostics] == ["relation-without-other-side"]
            assert fix.edit is not None
            assert fix.edit.changes is not None
            assert "  role  Role   @default(USER)\n  posts Post[]\n}" in made(
                lost, list(fix.edit.changes[uri])
            )
            assert isinstance(pin, types.CodeAction)
            assert pin.title == "Pin the name in the database: email"
            assert pin.edit is not None
            assert pin.edit.changes is not None
            assert '@db.VarChar(80) @map("email")' in made(SHOP, list(pin.edit.changes[uri]))

    session(script)


@pytest.mark.proves("Editor", "over a local port")
def test_a_session_over_a_port(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([NICOL, "lsp", "--port", str(port)], stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        assert server.stderr.readline() == f"Listening on 127.0.0.1:{port}\n"

        async def script() -> None:
            async with editing(port=port) as editor:
                uri = editor.open(tmp_path / "schema.prisma", "modl A {\n}\n")
                assert [each.code for each in await editor.found(uri)] == ["unknown-block"]

        session(script)
        assert server.wait(30) == 0
    finally:
        server.kill()
        server.wait()
        assert server.stderr is not None
        server.stderr.close()


def test_without_the_extra_one_message_says_what_to_type(tmp_path: Path) -> None:
    script = "import sys; sys.modules['pygls'] = None; from nicol.cli.main import main; main(['lsp'])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr == (
        'error: the language server needs an optional part of Nicol\n  help: pip install "nicol[lsp]"\n'
    )


def test_stdio_and_a_port_exclude_each_other(tmp_path: Path) -> None:
    run = subprocess.run(
        [NICOL, "lsp", "--stdio", "--port", "99"], capture_output=True, text=True, cwd=tmp_path
    )
    assert run.returncode == 1
    assert "exclude each other" in run.stderr


def test_a_large_schema_is_completed_from_the_names_of_a_moment_ago() -> None:
    models = "".join(f"model M{number} {{\n  id Int @id\n  name String\n}}\n\n" for number in range(6000))
    path = "untitled:large"

    async def script() -> None:
        held = Session()
        held.open(path, models)
        first = (await held.known(path)).world
        held.change(path, models + "model New {\n  m ")
        world = await held.lately(path)
        assert world.binding is first.binding
        assert world.document(path).source.text.endswith("model New {\n  m ")
        offers = complete(world, path, len(world.document(path).source.text)).offers
        assert "M5999" in {offer.label for offer in offers}
        assert "New" in (await held.known(path)).world.binding.models

    session(script)
