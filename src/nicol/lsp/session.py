"""What an editor has open: texts as they are typed, the schemas that they belong to, and what is known of those."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nicol.diagnostics import Checked, Diagnostic, Source
from nicol.editor.text import Text, Units
from nicol.editor.world import World, findings, world_of
from nicol.ops.editing import OpenSchema, open_schema
from nicol.schema.document import Document
from nicol.schema.parse import parse

_LARGE = 200_000
"""Characters, some 5,000 lines: reading more than that takes longer than a completion should."""


class Superseded(Exception):
    """The texts have changed meanwhile: nobody needs the answer."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The texts of one schema at one moment."""

    sources: tuple[Source, ...]
    schema: OpenSchema


@dataclass(frozen=True, slots=True)
class Known:
    """A snapshot with what it means."""

    snapshot: Snapshot
    parsed: tuple[Checked[Document], ...]
    world: World


@dataclass(slots=True)
class _Folder:
    """What is remembered of one schema between two keystrokes."""

    schema: OpenSchema
    known: Known | None = None
    task: asyncio.Task[None] | None = None
    wanted: Snapshot | None = None
    found: tuple[World, tuple[Diagnostic, ...]] | None = None


@dataclass(slots=True)
class Session:
    """The open texts by path, and the schemas around them. Everything but `_read` and `_judge` runs in the event loop."""

    units: Units = Units.UTF16
    texts: dict[str, Text] = field(default_factory=dict[str, Text])
    _folders: dict[frozenset[str], _Folder] = field(default_factory=dict[frozenset[str], _Folder])
    _homes: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    # ---- texts ---------------------------------------------------------------------------------------------------

    def open(self, path: str, text: str) -> None:
        """An editor shows a text; which files belong together is looked up anew."""
        self.texts[path] = Text(text, self.units)
        self.forget()

    def change(self, path: str, text: str) -> None:
        """A text is another one now."""
        self.texts[path] = Text(text, self.units)

    def close(self, path: str) -> None:
        """An editor shows a text no longer: the file counts again."""
        self.texts.pop(path, None)
        self.forget()

    def forget(self) -> None:
        """Files have changed on disk: look which there are, and read them anew."""
        self._homes.clear()

    def text(self, path: str, world: World) -> Text:
        """A text of a world with its lines counted."""
        held, source = self.texts.get(path), world.document(path).source
        return held if held is not None and held.text == source.text else Text(source.text, self.units)

    # ---- schemas -------------------------------------------------------------------------------------------------

    def members(self, path: str) -> frozenset[str]:
        """The paths of the files that make one schema with this one."""
        home = self._homes.get(path)
        if home is None:
            home = self._look_up(path)
        return home

    def _look_up(self, path: str) -> frozenset[str]:
        buffers = {Path(each): text.text for each, text in self.texts.items() if _is_file(each)}
        alone = OpenSchema(((Path(path), self.texts[path].text),)) if path in self.texts else OpenSchema(())
        schema = open_schema(Path(path), buffers) if _is_file(path) else alone
        home = frozenset(str(file) for file, _ in schema.files)
        self._homes.update((each, home) for each in home | {path})
        before = self._folders.get(home)
        self._folders[home] = before or _Folder(schema)
        self._folders[home].schema = schema
        return home

    def complaint(self, path: str) -> str | None:
        """What is wrong with the configuration of a path's project."""
        fault = self._folders[self.members(path)].schema.fault
        return None if fault is None else fault.message + (f": {fault.help}" if fault.help else "")

    def snapshot(self, path: str) -> Snapshot:
        """The texts of a path's schema as they are now: those being edited, and the others as they are on disk."""
        schema = self._folders[self.members(path)].schema
        sources = tuple(
            Source(str(file), held.text if (held := self.texts.get(str(file))) else text)
            for file, text in schema.files
        )
        return Snapshot(sources, schema)

    async def known(self, path: str) -> Known:
        """What is known of a path's schema as it is now. It is worked out once, beside the event loop."""
        while True:
            folder, snapshot = self._folders[self.members(path)], self.snapshot(path)
            if folder.known is not None and folder.known.snapshot == snapshot:
                return folder.known
            folder.wanted = snapshot
            if folder.task is None or folder.task.done():
                folder.task = asyncio.create_task(self._learn(folder, snapshot))
            await asyncio.wait([folder.task])
            if (error := folder.task.exception()) is not None and not isinstance(error, Superseded):
                raise error

    async def _learn(self, folder: _Folder, snapshot: Snapshot) -> None:
        """Read a snapshot; one at a time, and none any more that has been changed meanwhile."""
        before = {checked.value.source: checked for checked in (folder.known.parsed if folder.known else ())}
        folder.known = await asyncio.to_thread(_read, snapshot, before, lambda: folder.wanted != snapshot)

    async def lately(self, path: str) -> World:
        """The world of a path for what is asked at every keystroke: the text as it is now; in a schema so large that reading
        it takes long, the names are those that it had a moment ago."""
        folder, snapshot = self._folders[self.members(path)], self.snapshot(path)
        known = folder.known
        if known is None or sum(len(source.text) for source in snapshot.sources) < _LARGE:
            return (await self.known(path)).world
        text = next(source for source in snapshot.sources if source.path == path)
        documents = (
            Document(text, document.blocks, ()) if document.source.path == path else document
            for document in known.world.documents
        )
        return replace(known.world, documents=tuple(documents))

    async def findings(self, path: str) -> tuple[Known, tuple[Diagnostic, ...]]:
        """What is to be said about a path's schema as it is now; Superseded where it changes meanwhile."""
        known = await self.known(path)
        folder = self._folders[self.members(path)]
        if folder.found is None or folder.found[0] is not known.world:
            found = await asyncio.to_thread(findings, known.world)
            folder.found = (known.world, found)
        if self.snapshot(path) != known.snapshot:
            raise Superseded
        return known, folder.found[1]


def _is_file(path: str) -> bool:
    """False for what an editor holds that is no file: `untitled:…`."""
    return Path(path).is_absolute()


def _read(snapshot: Snapshot, before: Mapping[Source, Checked[Document]], stale: Callable[[], bool]) -> Known:
    """The world of a snapshot; documents that have not changed are not read again."""
    parsed: list[Checked[Document]] = []
    for source in snapshot.sources:
        if stale():
            raise Superseded
        parsed.append(before.get(source) or parse(source))
    documents = tuple(parsed)
    return Known(snapshot, documents, world_of(documents, snapshot.schema.providers, snapshot.schema.owners))
