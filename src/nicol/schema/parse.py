"""The parser: a source to its document. It never fails: what it cannot read it reports, and goes on with the next line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from nicol.diagnostics import Checked, Severity, Source, Span, suggestion
from nicol.schema.cursor import COMMENTS, LINE_ENDS, LineLost
from nicol.schema.document import (
    Attribute,
    Block,
    Comment,
    Document,
    EnumDeclaration,
    EnumValueDeclaration,
    FieldDeclaration,
    ModelDeclaration,
    ModelKind,
    Name,
    Setting,
    SettingsDeclaration,
    SettingsKind,
    TypeExpression,
)
from nicol.schema.expressions import ExpressionReader
from nicol.schema.schema import Arity
from nicol.schema.tokens import Token, TokenKind

KEYWORDS = ("datasource", "generator", "model", "view", "enum", "type")

_ITEM = TypeVar("_ITEM")


def parse(source: Source) -> Checked[Document]:
    """The document of a source, with a finding for each thing in it that is not the language."""
    parser = _Parser(source)
    document = parser.document()
    return Checked(document, tuple(parser.findings))


class _Parser(ExpressionReader):
    """Reads blocks and their declarations."""

    # ---- blocks --------------------------------------------------------------------------------------------------

    def document(self) -> Document:
        """The whole text."""
        blocks: list[Block] = []
        while self.token.kind is not TokenKind.END:
            if self._between_lines():
                continue
            block = self._block()
            if block is not None:
                blocks.append(block)
        return Document(self.source, tuple(blocks), tuple(self.comments))

    def _block(self) -> Block | None:
        keyword = self.token
        comments = tuple(self._take_pending())
        if keyword.kind is not TokenKind.NAME or keyword.text not in KEYWORDS:
            self._stray_block(keyword)
            return None
        self._advance()
        name = self._block_name(keyword)
        if name is None:
            return None
        match keyword.text:
            case "enum":
                return self._enum(name, comments, keyword.start)
            case "datasource" | "generator":
                return self._settings(SettingsKind(keyword.text), name, comments, keyword.start)
            case _:
                return self._model(ModelKind(keyword.text), name, comments, keyword.start)

    def _stray_block(self, keyword: Token) -> None:
        opens = self._next().kind is TokenKind.NAME and self._next(2).text == "{"
        line = self._line()
        if not opens:
            text = "this line is outside every block"
            self._report("stray-line", text, line, f"a block starts with one of {', '.join(KEYWORDS)}")
            return
        meant = suggestion(keyword.text, KEYWORDS)
        way_out = f"did you mean `{meant}`?" if meant else f"blocks are {', '.join(KEYWORDS)}"
        self._report(
            "unknown-block", f"there is no block called `{keyword.text}`", keyword, way_out, instead=meant
        )
        while self.token.kind is not TokenKind.END and not self._is("}"):
            self._advance()
        if self._is("}"):
            self._advance()

    def _block_name(self, keyword: Token) -> Name | None:
        token = self.token
        if token.kind is not TokenKind.NAME:
            self._report(
                "missing-name", f"this {keyword.text} has no name", keyword, f"write `{keyword.text} Name {{`"
            )
            self._skip_line()
            return None
        self._advance()
        name = Name(token.text, self._span(token))
        if self._is("{"):
            return name
        if keyword.text == "type" and self._is("="):
            self._report(
                "type-alias", "types have no aliases", self._line(), "use the type itself in each field"
            )
            return None
        brace = self.at
        while self.tokens[brace].kind is TokenKind.NEWLINE:
            brace += 1
        if self.tokens[brace].text != "{":
            text = f"`{keyword.text} {name.text}` has no body"
            self._report(
                "missing-body",
                text,
                name.span if self.token.kind in LINE_ENDS else self._line(),
                "open it with { on this line",
            )
            return None
        self._report(
            "missing-body", "the { of a block belongs on its first line", token, "move it behind the name"
        )
        self.at, self.token = brace, self.tokens[brace]
        return name

    def _body(self, head: Name, item: Callable[[], None]) -> None:
        """The lines between `{` and `}`; `item` reads one declaration, to the end of its line."""
        self._after_brace(self._advance())
        while not self._is("}"):
            if self.token.kind is TokenKind.END or self._starts_block():
                self._report(
                    "unclosed-block",
                    f"the block of `{head.text}` is never closed",
                    head.span,
                    "end it with a line `}`",
                )
                self.tight = False
                return
            if not self._between_lines():
                item()
        self.tight = False
        self.pending.clear()
        self._advance()
        if self.token.kind in COMMENTS:
            self._advance()

    def _after_brace(self, brace: Token) -> None:
        """The rest of a block's first line. Prisma reads over it, so that it is no error unless the block also ends there."""
        start = self.at
        self._skip_line()
        rest = self.tokens[start : self.at]
        self.tight = any(token.text == "}" for token in rest)
        if self.tight:
            self.at, self.token = start, self.tokens[start]
            self._report(
                "single-line-block",
                "a block has a line for each declaration",
                brace,
                "break the line after the { and before the }",
            )
            return
        if rest:
            self._report(
                "text-beside-brace",
                "what stands behind the { of a block is not read",
                Span(self.path, rest[0].start, rest[-1].end),
                "move it to the next line, or remove it",
                Severity.WARNING,
            )
        if self.token.kind is not TokenKind.END:
            self._end_line("block's head")

    def _starts_block(self) -> bool:
        return (
            self.token.text in KEYWORDS and self._next().kind is TokenKind.NAME and self._next(2).text == "{"
        )

    def _model(
        self, kind: ModelKind, name: Name, comments: tuple[Comment, ...], start: int
    ) -> ModelDeclaration:
        fields: list[FieldDeclaration] = []
        attributes: list[Attribute] = []

        def item() -> None:
            if self.token.kind is TokenKind.NAME:
                self._keep(fields, self._field)
            else:
                self._block_attribute(attributes, "a field or a block attribute")

        self._body(name, item)
        return ModelDeclaration(kind, name, tuple(fields), tuple(attributes), comments, self._from(start))

    def _enum(self, name: Name, comments: tuple[Comment, ...], start: int) -> EnumDeclaration:
        values: list[EnumValueDeclaration] = []
        attributes: list[Attribute] = []

        def item() -> None:
            if self.token.kind is TokenKind.NAME:
                self._keep(values, self._enum_value)
            else:
                self._block_attribute(attributes, "a value or a block attribute")

        self._body(name, item)
        return EnumDeclaration(name, tuple(values), tuple(attributes), comments, self._from(start))

    def _settings(
        self, kind: SettingsKind, name: Name, comments: tuple[Comment, ...], start: int
    ) -> SettingsDeclaration:
        settings: list[Setting] = []
        self._body(name, lambda: self._keep(settings, self._setting))
        return SettingsDeclaration(kind, name, tuple(settings), comments, self._from(start))

    def _keep(self, items: list[_ITEM], read: Callable[[], _ITEM]) -> None:
        self.broken = False
        try:
            items.append(read())
        except LineLost:
            self._skip_line()
            self._end_line("declaration")

    # ---- declarations --------------------------------------------------------------------------------------------

    def _field(self) -> FieldDeclaration:
        comments = self._take_pending()
        token = self._advance()
        name = Name(token.text, self._span(token))
        if self._is(":"):
            self._report(
                "unexpected-text",
                "a field's name and type have no colon between them",
                self._advance(),
                "remove it",
                instead="",
            )
        type_ = self._type(name)
        attributes = self._attributes()
        span = self._from(token.start)
        comments.extend(self._end_line("field"))
        return FieldDeclaration(name, type_, attributes, tuple(comments), span)

    def _type(self, field: Name) -> TypeExpression:
        token = self.token
        if token.kind is not TokenKind.NAME:
            raise self._lost(
                "missing-type",
                f"the field `{field.text}` has no type",
                field.span,
                f"write `{field.text} String`",
            )
        self._advance()
        name = Name(token.text, self._span(token))
        unsupported = self._unsupported(token) if self._is("(") else None
        arity = self._arity()
        return TypeExpression(name, arity, self._from(token.start), unsupported)

    def _unsupported(self, name: Token) -> str:
        opening = self._advance()
        token = self._advance()
        if token.kind is not TokenKind.STRING or not self._is(")"):
            raise self._lost(
                "unexpected-text", "a type has no arguments", opening, 'only `Unsupported("type")` has one'
            )
        self._advance()
        if name.end != opening.start:
            self._report(
                "unexpected-text",
                "a type and its bracket stand together",
                opening,
                'write `Unsupported("type")`',
            )
        return self._string(token).value

    def _arity(self) -> Arity:
        if self._is("["):
            opening = self._advance()
            if not self._is("]"):
                raise self._lost(
                    "unclosed-bracket", "a list type is written `Type[]`", opening, "close the bracket"
                )
            if self._advance().start != opening.end:
                self._report(
                    "unexpected-text", "the brackets of a list type stand together", opening, "write `Type[]`"
                )
            if self._is("?"):
                self._report(
                    "optional-list",
                    "a list cannot be optional",
                    self._advance(),
                    "an empty list says the same: remove the ?",
                    instead="",
                )
            return Arity.LIST
        if self._is("?"):
            self._advance()
            return Arity.OPTIONAL
        if self._is("!"):
            self._report(
                "unexpected-text", "a field is required as it is", self._advance(), "remove the !", instead=""
            )
        return Arity.REQUIRED

    def _enum_value(self) -> EnumValueDeclaration:
        comments = self._take_pending()
        token = self._advance()
        attributes = self._attributes()
        span = self._from(token.start)
        comments.extend(self._end_line("value"))
        return EnumValueDeclaration(Name(token.text, self._span(token)), attributes, tuple(comments), span)

    def _setting(self) -> Setting:
        comments = self._take_pending()
        token = self.token
        if token.kind is not TokenKind.NAME or self._next().text != "=":
            raise self._lost(
                "stray-line", "this line is not a setting", self._line(), 'write `name = "value"`'
            )
        self._advance()
        self._advance()
        value = self._expression(0)
        span = self._from(token.start)
        comments.extend(self._end_line("setting"))
        return Setting(Name(token.text, self._span(token)), value, tuple(comments), span)

    # ---- attributes ----------------------------------------------------------------------------------------------

    def _block_attribute(self, attributes: list[Attribute], expected: str) -> None:
        if self._is("@@"):
            self._keep(attributes, self._whole_line_attribute)
            return
        self.pending.clear()
        if self._is("@"):
            way_out = "an attribute stands on the line of its field; one of the whole block has @@"
        else:
            way_out = f"expected {expected}"
        line = self._line()
        self._report("stray-line", "this line cannot be read", line, way_out)
        if line.end == line.start:
            self._advance()
        self._end_line("declaration")

    def _whole_line_attribute(self) -> Attribute:
        comments = self._take_pending()
        attribute = self._attribute()
        comments.extend(self._end_line("block attribute"))
        return replace(attribute, comments=tuple(comments)) if comments else attribute

    def _attributes(self) -> tuple[Attribute, ...]:
        """The attributes up to the end of the line; what cannot be read ends them."""
        attributes: list[Attribute] = []
        try:
            while self._is("@"):
                attributes.append(self._attribute())
        except LineLost:
            self._skip_line()
        return tuple(attributes)
