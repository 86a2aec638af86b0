"""Where the cursor is: the block around it, and what stands before it on its line. Read from the text, valid or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nicol.schema.document import Comment, Document
from nicol.schema.schema import Arity
from nicol.schema.tokens import Token, TokenKind, tokenize

BLOCK_HEAD = re.compile(r"[ \t]*(model|view|type|enum|datasource|generator)[ \t]+([\w-]+)[ \t]*\{")
"""The first line of a block: its keyword and its name."""
_CLOSE = re.compile(r"[ \t]*\}")
_OPENING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of the block around the cursor; `start` is where the block's first line begins."""

    keyword: str
    name: str
    start: int


@dataclass(frozen=True, slots=True)
class FieldHead:
    """The name and type that the cursor's line begins with."""

    name: str
    type: str
    arity: Arity


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket that is open at the cursor: the word before it, and which of its items the cursor is in.

    `given` are the names of its arguments, those behind the cursor too; `items` the bare words of a list. `unnamed`: one of
    the items before the cursor has no name.
    """

    opening: str
    word: str
    argument: str | None
    position: int
    given: frozenset[str]
    items: tuple[str, ...]
    unnamed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor and its surroundings. `word` is what has been typed of the word at it, `start` where that begins.

    `tokens` stand before the word on its line. In quotes (`quoted`), the word is all that they hold so far. In a comment
    (`comment` is its text up to the cursor) there are no tokens.
    """

    head: Head | None
    tokens: tuple[Token, ...]
    word: str
    start: int
    quoted: bool = False
    comment: str | None = None
    rest: tuple[Token, ...] = ()

    @property
    def field(self) -> FieldHead | None:
        """The field that the line declares, as far as it is there."""
        texts = self.tokens
        if len(texts) < 2 or texts[0].kind is not TokenKind.NAME or texts[1].kind is not TokenKind.NAME:
            return None
        after = "".join(token.text for token in texts[2:4])
        arity = Arity.LIST if after == "[]" else Arity.OPTIONAL if after[:1] == "?" else Arity.REQUIRED
        return FieldHead(texts[0].text, texts[1].text, arity)

    @property
    def attribute(self) -> tuple[str, str] | None:
        """The marks and the name of the attribute whose arguments the cursor is in."""
        depth, marks = 0, ""
        found: tuple[str, str] | None = None
        for index, token in enumerate(self.tokens):
            if token.kind is not TokenKind.PUNCTUATION:
                continue
            if token.text in {"@", "@@"} and depth == 0:
                marks = token.text
            elif token.text in _OPENING:
                if depth == 0 and marks and token.text == "(":
                    found = (marks, _dotted(self.tokens, index))
                depth += 1
            elif token.text in _OPENING.values() and depth:
                depth -= 1
                found = None if depth == 0 else found
        return found if depth else None

    @property
    def brackets(self) -> tuple[Bracket, ...]:
        """The brackets that are open at the cursor, the outermost first."""
        opened: list[int] = []
        for index, token in enumerate(self.tokens):
            if token.kind is TokenKind.PUNCTUATION and token.text in _OPENING:
                opened.append(index)
            elif token.kind is TokenKind.PUNCTUATION and token.text in _OPENING.values() and opened:
                opened.pop()
        return tuple(self._bracket(index, len(opened) - depth) for depth, index in enumerate(opened))

    def _bracket(self, index: int, depth: int) -> Bracket:
        """The bracket at a token; `depth` brackets, itself counted, are closed behind the cursor until it is."""
        items = list(_items(self.tokens[index + 1 :]))
        current = items[-1]
        behind = [item for item in _items(_inside(self.rest, depth)) if item]
        every = [*items[:-1], *behind]
        return Bracket(
            opening=self.tokens[index].text,
            word=_dotted(self.tokens, index),
            argument=_argument_name(current),
            position=len(items) - 1,
            given=frozenset(name for name in map(_argument_name, every) if name),
            items=tuple(item[0].text for item in every if item and item[0].kind is TokenKind.NAME),
            unnamed=any(_argument_name(item) is None for item in items[:-1]),
        )


def _dotted(tokens: tuple[Token, ...], index: int) -> str:
    """The words joined by dots that end before a token."""
    words: list[str] = []
    while index > 0 and tokens[index - 1].kind is TokenKind.NAME:
        words.insert(0, tokens[index - 1].text)
        if index < 3 or tokens[index - 2].text != ".":
            break
        index -= 2
    return ".".join(words)


def _items(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    """What stands between the commas of the outermost level."""
    depth, item = 0, list[Token]()
    for token in tokens:
        if token.kind is TokenKind.PUNCTUATION:
            depth += (token.text in _OPENING) - (token.text in _OPENING.values())
            if token.text == "," and depth <= 0:
                yield tuple(item)
                item = []
                continue
        item.append(token)
    yield tuple(item)


def _inside(tokens: tuple[Token, ...], depth: int) -> tuple[Token, ...]:
    """The tokens behind the cursor that belong to the bracket `depth` levels out."""
    level, inside = 1, list[Token]()
    for token in tokens:
        if token.kind is TokenKind.PUNCTUATION:
            if token.text in _OPENING.values():
                depth -= 1 if level == 1 else 0
                level = max(1, level - 1)
                if depth == 0:
                    break
            elif token.text in _OPENING:
                level += 1
        if depth == 1:
            inside.append(token)
    return tuple(inside)


def _argument_name(item: tuple[Token, ...]) -> str | None:
    return item[0].text if len(item) >= 2 and item[1].text == ":" else None


def place(document: Document, offset: int) -> Place:
    """The surroundings of a cursor."""
    text = document.source.text
    offset = max(0, min(offset, len(text)))
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    head = _head(text, start)
    block = _block_comment(document, offset)
    if block is not None:
        return Place(head, (), "", offset, comment=text[block.span.start : offset])
    tokens = [token for token in _tokens(text[start:offset], start) if not token.text.startswith("/*")]
    last = tokens[-1] if tokens else None
    if last is not None and last.kind in {TokenKind.DOC, TokenKind.COMMENT, TokenKind.UNTERMINATED_COMMENT}:
        return Place(head, (), _typed(last.text), offset - len(_typed(last.text)), comment=last.text)
    rest = tuple(_tokens(text[offset : _line_end(text, offset)], offset))
    if last is not None and last.kind is TokenKind.UNTERMINATED_STRING:
        return Place(head, tuple(tokens[:-1]), last.text[1:], last.start + 1, quoted=True, rest=rest)
    if last is not None and last.end == offset and last.kind is TokenKind.NAME:
        return Place(head, tuple(tokens[:-1]), last.text, last.start, rest=rest)
    return Place(head, tuple(tokens), "", offset, rest=rest)


def arguments_at(opened: str, text: str, offset: int) -> Place:
    """The place in the brackets of an annotation; `opened` is the text from its opening bracket to the cursor."""
    tokens = tuple(_tokens(opened, offset - len(opened)))
    last = tokens[-1] if tokens else None
    rest = tuple(_tokens(text[offset : _line_end(text, offset)], offset))
    if last is not None and last.kind is TokenKind.UNTERMINATED_STRING:
        return Place(None, tokens[:-1], last.text[1:], last.start + 1, quoted=True, rest=rest)
    if last is not None and last.end == offset and last.kind is TokenKind.NAME:
        return Place(None, tokens[:-1], last.text, last.start, rest=rest)
    return Place(None, tokens, "", offset, rest=rest)


def _tokens(text: str, start: int) -> Iterator[Token]:
    for token in tokenize(text):
        if token.kind is not TokenKind.END:
            yield token._replace(start=token.start + start, end=token.end + start)


def _typed(comment: str) -> str:
    """The word at the end of a comment."""
    match = re.search(r"\w*\Z", comment)
    return match[0] if match else ""


def _line_end(text: str, offset: int) -> int:
    ends = [end for end in (text.find("\n", offset), text.find("\r", offset)) if end >= 0]
    return min(ends, default=len(text))


def _block_comment(document: Document, offset: int) -> Comment | None:
    """The `/* … */` around a place."""
    for comment in document.comments:
        if comment.span.start >= offset:
            return None
        if comment.span.end > offset and comment.text.startswith("/*"):
            return comment
    return None


def _head(text: str, line: int) -> Head | None:
    """The head of the block that the line which begins at `line` is in."""
    while line > 0:
        previous = text.rfind("\n", 0, line - 1) + 1
        match = BLOCK_HEAD.match(text, previous, line)
        if match:
            closed = "}" in text[match.end() : line].partition("//")[0]
            return None if closed else Head(match[1], match[2], previous)
        if _CLOSE.match(text, previous, line):
            return None
        line = previous
    return None
