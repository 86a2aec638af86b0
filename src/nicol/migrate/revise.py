"""Taking a described schema into the text of the present one: only lines that say something else are touched.

Comments, the order of things, blank lines and what other tools wrote stay. A block that is touched is laid out anew, all others
are left to the byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from nicol.diagnostics import Edit, Source, Span
from nicol.schema.annotations.place import BoundAnnotation
from nicol.schema.bound import Binding, BoundEnum, BoundKey, BoundModel, KeyKind
from nicol.schema.document import Attribute, Comment, EnumDeclaration, ModelDeclaration
from nicol.schema.format import layout
from nicol.schema.schema import Enum, Index, Model, PrimaryKey, Schema, Unique
from nicol.schema.spell import (
    Line,
    enum_annotations,
    field_line,
    key_line,
    key_lines,
    model_annotations,
    setting_lines,
    spell_enum,
    spell_model,
    value_line,
)

_ABOUT_THE_DATABASE = frozenset({"check", "generated", "comment", "index"})
"""The annotations that a database can contradict."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The texts by path, the blocks that are new, and in sentences what changed."""

    texts: Mapping[str, str]
    new_blocks: tuple[str, ...]
    changes: tuple[str, ...]


def revise(binding: Binding, present: Schema, wanted: Schema) -> Revision:
    """The texts of a binding, whose schema is `present`, as texts of the wanted schema, where known things keep their names."""
    return _Revising(binding, present, wanted).whole()


@dataclass(slots=True)
class _Block:
    """One block of a text that may be touched: the edits inside of it, and what they do."""

    source: Source
    name: str
    start: int
    end: int
    edits: list[Edit] = field(default_factory=list[Edit])
    sentences: list[str] = field(default_factory=list[str])

    def replace(self, span: Span, text: str) -> None:
        self.edits.append(Edit(span, text))

    def insert(self, place: int, text: str) -> None:
        self.edits.append(Edit(Span(self.source.path, place, place), text))

    def line_start(self, place: int) -> int:
        return self.source.text.rfind("\n", 0, place) + 1

    def line_end(self, place: int) -> int:
        end = self.source.text.find("\n", place)
        return len(self.source.text) if end < 0 else end

    def remove_lines(self, start: int, end: int) -> None:
        """All of the lines that a stretch touches."""
        self.replace(Span(self.source.path, self.line_start(start), self.line_end(end) + 1), "")

    def text(self) -> str:
        """The block with its edits, laid out."""
        text: list[str] = []
        last = self.start
        for edit in sorted(self.edits, key=lambda each: (each.span.start, each.span.end)):
            text += [self.source.text[last : edit.span.start], edit.text]
            last = max(last, edit.span.end)
        return layout("".join((*text, self.source.text[last : self.end]))).rstrip("\n")


class _Revising:
    """One schema being revised."""

    def __init__(self, binding: Binding, present: Schema, wanted: Schema) -> None:
        self.binding = binding
        self.present = present
        self.wanted = wanted
        self.sources = {document.source.path: document.source for document in binding.documents}
        self.edits: dict[str, list[Edit]] = {path: [] for path in self.sources}
        self.sentences: list[str] = []

    def whole(self) -> Revision:
        wanted = {model.name: model for model in self.wanted.readable}
        present = {model.name: model for model in self.present.readable}
        for name, bound in self.binding.models.items():
            block = self.block(bound.syntax)
            if name not in wanted:
                self.take_out(block, "view" if bound.is_view else "model")
            elif name in present:
                self.model(block, bound, present[name], wanted[name])
        enums = {enum.name: enum for enum in self.wanted.enums}
        for name, bound in self.binding.enums.items():
            block = self.block(bound.syntax)
            if name not in enums:
                self.take_out(block, "enum")
            else:
                old = next(enum for enum in self.present.enums if enum.name == name)
                self.enum(block, bound, old, enums[name])
        new = tuple(self.new_blocks())
        texts = {path: _edited(source.text, self.edits[path]) for path, source in self.sources.items()}
        return Revision(texts, new, tuple(self.sentences))

    def block(self, syntax: ModelDeclaration | EnumDeclaration) -> _Block:
        """A block with the comments right above it."""
        source = self.sources[syntax.span.path]
        start = min((comment.span.start for comment in syntax.comments), default=syntax.span.start)
        start = min(start, syntax.span.start)
        return _Block(source, syntax.name.text, source.text.rfind("\n", 0, start) + 1, syntax.span.end)

    def take_out(self, block: _Block, kind: str) -> None:
        text = block.source.text
        end = block.end
        while end < len(text) and text[end] in " \t\r\n":
            end += 1
        self.edits[block.source.path].append(Edit(Span(block.source.path, block.start, end), ""))
        self.sentences.append(f"- {kind} {block.name}")

    def keep(self, block: _Block, kind: str) -> None:
        """Take a touched block into the text."""
        if block.edits:
            span = Span(block.source.path, block.start, block.end)
            self.edits[block.source.path].append(Edit(span, block.text()))
            self.sentences.append(f"* {kind} {block.name}: {', '.join(block.sentences)}")

    def new_blocks(self) -> Iterator[str]:
        for model in self.wanted.readable:
            if model.name not in self.binding.models:
                is_view = model in self.wanted.views
                self.sentences.append(f"+ {'view' if is_view else 'model'} {model.name}")
                yield layout(spell_model(model, self.wanted, is_view=is_view))
        for enum in self.wanted.enums:
            if enum.name not in self.binding.enums:
                self.sentences.append(f"+ enum {enum.name}")
                yield layout(spell_enum(enum))

    # ---- models ------------------------------------------------------------------------------------------------------

    def model(self, block: _Block, bound: BoundModel, old: Model, new: Model) -> None:
        self.fields(block, bound, old, new)
        self.keys(block, bound, old, new)
        missing = [line for line in setting_lines(new) if line not in setting_lines(old)]
        for line in missing:
            block.insert(block.line_start(block.end - 1), f"  {line}\n")
            block.sentences.append(f"+ {line}")
        if new.documentation != old.documentation and old.documentation is None:
            block.insert(block.line_start(bound.syntax.span.start), f"/// {new.documentation}\n")
        self.annotations(
            block,
            bound.syntax.name.span,
            bound.syntax.comments,
            model_annotations(old),
            model_annotations(new),
        )
        self.keep(block, "view" if bound.is_view else "model")

    def fields(self, block: _Block, bound: BoundModel, old: Model, new: Model) -> None:
        anchor = self.first_line(bound.syntax, block)
        for each in new.fields:
            line = field_line(each, new, self.wanted)
            held, was = bound.fields.get(each.name), old.field(each.name)
            if held is None or was is None:
                documentation = each.documentation.splitlines() if each.documentation else []
                above = [f"/// {text}" for text in (*documentation, *line.annotations)]
                block.insert(anchor, "".join(f"\n  {text}" for text in (*above, line.text)))
                block.sentences.append(f"+ {each.name}")
                continue
            anchor = block.line_end(held.syntax.span.end)
            said = field_line(was, old, self.present)
            if said.text != line.text:
                block.replace(held.syntax.span, line.text)
                block.sentences.append(f"* {each.name}")
            place = held.syntax.name.span
            self.annotations(block, place, held.syntax.comments, said.annotations, line.annotations)
        for each in old.fields:
            if new.field(each.name) is None:
                syntax = bound.fields[each.name].syntax
                self.remove(block, syntax.span, syntax.comments)
                block.sentences.append(f"- {each.name}")

    def first_line(self, syntax: ModelDeclaration, block: _Block) -> int:
        """Where the line of the block's head ends."""
        return block.line_end(syntax.name.span.end)

    def remove(self, block: _Block, span: Span, comments: tuple[Comment, ...]) -> None:
        above = [comment.span.start for comment in comments if comment.span.start < span.start]
        block.remove_lines(min((*above, span.start)), span.end)

    def keys(self, block: _Block, bound: BoundModel, old: Model, new: Model) -> None:
        left = list(key_lines(new))
        for key, value in _keys_in_block(bound, old):
            line = key_line(value)
            if isinstance(value, PrimaryKey) and len(value.fields) == 1:
                if new.primary_key != value or any(edit.text.find(" @id") > 0 for edit in block.edits):
                    self.remove(block, key.attribute.syntax.span, key.attribute.syntax.comments)
                continue
            twin = next((each for each in left if each.text == line.text), None)
            syntax: Attribute = key.attribute.syntax
            if twin is None:
                self.remove(block, syntax.span, syntax.comments)
                block.sentences.append(f"- {line.text}")
                continue
            left.remove(twin)
            self.annotations(block, syntax.span, syntax.comments, line.annotations, twin.annotations)
        for line in left:
            self.add_key(block, line)

    def add_key(self, block: _Block, line: Line) -> None:
        above = "".join(f"  /// {each}\n" for each in line.annotations)
        block.insert(block.line_start(block.end - 1), f"{above}  {line.text}\n")
        block.sentences.append(f"+ {line.text}")

    # ---- enums -------------------------------------------------------------------------------------------------------

    def enum(self, block: _Block, bound: BoundEnum, old: Enum, new: Enum) -> None:
        anchor = block.line_end(bound.syntax.name.span.end)
        for value in new.values:
            if value.name not in bound.values:
                block.insert(anchor, f"\n  {value_line(value.name, value.mapped)}")
                block.sentences.append(f"+ {value.name}")
            else:
                anchor = block.line_end(bound.values[value.name].span.end)
        kept = {value.name for value in new.values}
        for name, syntax in bound.values.items():
            if name not in kept:
                self.remove(block, syntax.span, syntax.comments)
                block.sentences.append(f"- {name}")
        place = bound.syntax.name.span
        self.annotations(block, place, bound.syntax.comments, enum_annotations(old), enum_annotations(new))
        self.keep(block, "enum")

    # ---- annotations -------------------------------------------------------------------------------------------------

    def annotations(
        self,
        block: _Block,
        place: Span,
        comments: Iterable[Comment],
        old: tuple[str, ...],
        new: tuple[str, ...],
    ) -> None:
        """Let the annotations about the database, of what stands at a place, be the new ones."""
        if old == new:
            return
        held = [each for each in self.binding.annotations.of(place) if each.name in _ABOUT_THE_DATABASE]
        for comment in comments:
            inside = [each for each in held if _is_in(each, comment)]
            if inside:
                _cut(block, comment, inside)
        start = block.line_start(place.start)
        for text in new:
            block.insert(start, f"/// {text}\n")
        block.sentences += [f"- {text}" for text in old if text not in new]
        block.sentences += [f"+ {text}" for text in new if text not in old]


def _is_in(annotation: BoundAnnotation, comment: Comment) -> bool:
    return comment.span.start <= annotation.syntax.span.start < comment.span.end


def _cut(block: _Block, comment: Comment, inside: list[BoundAnnotation]) -> None:
    """Take annotations out of a comment, and the comment with them when it says nothing else."""
    text, start = comment.text, comment.span.start
    for each in reversed(inside):
        span = each.syntax.span
        text = text[: span.start - start] + text[span.end - start :]
    if text.strip().strip("/").strip():
        block.replace(comment.span, " ".join(text.split()))
    elif block.source.text[block.line_start(start) : start].strip():
        block.replace(comment.span, "")
    else:
        block.remove_lines(start, comment.span.end)


def _keys_in_block(bound: BoundModel, model: Model) -> Iterator[tuple[BoundKey, PrimaryKey | Unique | Index]]:
    """The keys that stand on the model, each as it is written and as a value."""
    written = [key for key in bound.keys if key.field is None]
    values: dict[KeyKind, list[PrimaryKey | Unique | Index]] = {
        KeyKind.ID: [model.primary_key] if model.primary_key else [],
        KeyKind.UNIQUE: [unique for unique in model.uniques if not unique.on_field],
        KeyKind.INDEX: [index for index in model.indexes if index.fields],
    }
    for kind, held in values.items():
        yield from zip((key for key in written if key.kind is kind), held, strict=False)


def _edited(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, key=lambda each: each.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def without_blocks(binding: Binding, wanted: Schema) -> Revision:
    """The texts of a binding without their models, views and enums, and all blocks of the wanted schema as new ones."""
    revising = _Revising(binding, wanted, wanted)
    for bound in (*binding.models.values(), *binding.enums.values()):
        revising.take_out(revising.block(bound.syntax), "")
    texts = {path: _edited(source.text, revising.edits[path]) for path, source in revising.sources.items()}
    models = (layout(spell_model(model, wanted)) for model in wanted.models)
    views = (layout(spell_model(view, wanted, is_view=True)) for view in wanted.views)
    new = (*models, *views, *(layout(spell_enum(enum)) for enum in wanted.enums))
    names = (*wanted.models, *wanted.views, *wanted.enums)
    return Revision(texts, new, tuple(f"+ {type(each).__name__.lower()} {each.name}" for each in names))
