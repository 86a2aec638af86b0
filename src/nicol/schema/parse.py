"""The parser: a source to its document. It never fails: what it cannot read it reports, and goes on with the next line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from nicol.diagnostics import Checked, Diagnostic, Severity, Source, Span, suggestion
from nicol.schema.document import (
    Argument,
    Attribute,
    Block,
    Call,
    Comment,
    Constant,
    Document,
    EnumDeclaration,
    EnumValueDeclaration,
    Expression,
    FieldDeclaration,
    ListExpression,
    ModelDeclaration,
    ModelKind,
    Name,
    NumberLiteral,
    ObjectExpression,
    Setting,
    SettingsDeclaration,
    SettingsKind,
    StringLiteral,
    TypeExpression,
)
from nicol.schema.schema import Arity
from nicol.schema.tokens import Token, TokenKind, tokenize, unescape, unknown_escape

MAX_DEPTH = 64
MAX_FINDINGS = 1000

KEYWORDS = ("datasource", "generator", "model", "view", "enum", "type")

_ITEM = TypeVar("_ITEM")
_LINE_ENDS = (TokenKind.NEWLINE, TokenKind.DOC, TokenKind.COMMENT, TokenKind.END)
_COMMENTS = (TokenKind.DOC, TokenKind.COMMENT)


def parse(source: Source) -> Checked[Document]:
    """The document of a source, with a finding for each thing in it that is not the language."""
    parser = _Parser(source)
    document = parser.document()
    return Checked(document, tuple(parser.findings))


class _LineLost(Exception):  # noqa: N818 - it says what to do, not what failed
    """The rest of the line cannot be read; the finding has been made."""


class _Parser:
    """One walk over the tokens. Every method starts at the token it is about and leaves behind what it read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.path = source.path
        self.findings: list[Diagnostic] = []
        self.comments: list[Comment] = []
        self.pending: list[Comment] = []
        self.tight = False
        self.broken = False
        self.tokens = self._without_inline_comments()
        self.at = 0
        self.token = self.tokens[0]

    def _without_inline_comments(self) -> list[Token]:
        tokens: list[Token] = []
        for token in tokenize(self.source.text):
            if token.kind in _COMMENTS:
                comment = Comment(token.text, self._span(token), token.kind is TokenKind.DOC)
                self.comments.append(comment)
                if not token.text.startswith("//"):
                    continue
            elif token.kind is TokenKind.UNTERMINATED_COMMENT:
                self._report("unclosed-comment", "this comment is never closed", token, "end it with */")
                continue
            tokens.append(token)
        return tokens

    # ---- moving and reporting ------------------------------------------------------------------------------------

    def _advance(self) -> Token:
        token = self.token
        if token.kind is not TokenKind.END:
            self.at += 1
            self.token = self.tokens[self.at]
        return token

    def _next(self, distance: int = 1) -> Token:
        return self.tokens[min(self.at + distance, len(self.tokens) - 1)]

    def _is(self, text: str) -> bool:
        return self.token.kind is TokenKind.PUNCTUATION and self.token.text == text

    def _span(self, token: Token) -> Span:
        return Span(self.path, token.start, token.end)

    def _from(self, start: int) -> Span:
        """From a character to the end of the last token read."""
        return Span(self.path, start, self.tokens[self.at - 1].end)

    def _report(self, code: str, message: str, at: Token | Span, help: str | None = None) -> None:  # noqa: A002
        if len(self.findings) < MAX_FINDINGS:
            span = at if isinstance(at, Span) else self._span(at)
            self.findings.append(Diagnostic(code, message, span, help=help))
        elif len(self.findings) == MAX_FINDINGS:
            text = f"{self.path} has more than {MAX_FINDINGS} faults; the rest is left out"
            self.findings.append(Diagnostic("too-many-findings", text, severity=Severity.NOTE))

    def _lost(self, code: str, message: str, at: Token | Span, help: str | None = None) -> _LineLost:  # noqa: A002
        self._report(code, message, at, help)
        return _LineLost()

    def _skip_line(self) -> None:
        while self.token.kind not in _LINE_ENDS:
            self._advance()

    def _line(self) -> Span:
        """The rest of the line, comments left out."""
        start = self.token.start
        self._skip_line()
        return self._from(start)

    # ---- lines and comments --------------------------------------------------------------------------------------

    def _between_lines(self) -> bool:
        """Take one blank line or one comment line; false when there is neither."""
        kind = self.token.kind
        if kind is TokenKind.NEWLINE:
            self._advance()
            self.pending.clear()
        elif kind in _COMMENTS:
            self.pending.append(self._comment())
            if self.token.kind is TokenKind.NEWLINE:
                self._advance()
        else:
            return False
        return True

    def _comment(self) -> Comment:
        token = self._advance()
        return Comment(token.text, self._span(token), token.kind is TokenKind.DOC)

    def _take_pending(self) -> list[Comment]:
        pending, self.pending = self.pending, []
        return pending

    def _end_line(self, what: str) -> tuple[Comment, ...]:
        """Leave the line, whose declaration has been read; its trailing comment."""
        token = self.token
        if token.kind not in _LINE_ENDS and not self.tight:
            if self._is("}"):
                self._report(
                    "brace-on-its-own-line",
                    "a block ends on a line of its own",
                    token,
                    "move the } to the next line",
                )
                return ()
            self._report(
                "unexpected-text",
                f"`{token.text}` does not belong here",
                self._line(),
                f"a line holds one {what}; remove the rest",
            )
        trailing = (self._comment(),) if self.token.kind in _COMMENTS else ()
        if self.token.kind is TokenKind.NEWLINE:
            self._advance()
        return trailing

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
        self._report("unknown-block", f"there is no block called `{keyword.text}`", keyword, way_out)
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
                self._line() if self.at < brace else token,
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
        brace = self._advance()
        self.tight = self.token.kind not in _LINE_ENDS
        if self.tight:
            self._report(
                "single-line-block",
                "a block has a line for each declaration",
                brace,
                "break the line after the { and before the }",
            )
        elif self.token.kind is not TokenKind.END:
            self._end_line("block's head")
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
        if self.token.kind in _COMMENTS:
            self._advance()

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
        except _LineLost:
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
        unsupported = self._unsupported() if self._is("(") else None
        arity = self._arity()
        return TypeExpression(name, arity, self._from(token.start), unsupported)

    def _unsupported(self) -> str:
        opening = self._advance()
        token = self._advance()
        if token.kind is not TokenKind.STRING or not self._is(")"):
            raise self._lost(
                "unexpected-text", "a type has no arguments", opening, 'only `Unsupported("type")` has one'
            )
        self._advance()
        return self._string(token).value

    def _arity(self) -> Arity:
        if self._is("["):
            opening = self._advance()
            if not self._is("]"):
                raise self._lost(
                    "unclosed-bracket", "a list type is written `Type[]`", opening, "close the bracket"
                )
            self._advance()
            if self._is("?"):
                self._report(
                    "optional-list",
                    "a list cannot be optional",
                    self._advance(),
                    "an empty list says the same: remove the ?",
                )
            return Arity.LIST
        if self._is("?"):
            self._advance()
            return Arity.OPTIONAL
        if self._is("!"):
            self._report("unexpected-text", "a field is required as it is", self._advance(), "remove the !")
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
        self.pending.clear()
        if self._is("@@"):
            self._keep(attributes, self._whole_line_attribute)
            return
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
        attribute = self._attribute()
        self._end_line("block attribute")
        return attribute

    def _attributes(self) -> tuple[Attribute, ...]:
        """The attributes up to the end of the line; what cannot be read ends them."""
        attributes: list[Attribute] = []
        try:
            while self._is("@"):
                attributes.append(self._attribute())
        except _LineLost:
            self._skip_line()
        return tuple(attributes)

    def _attribute(self) -> Attribute:
        mark = self._advance()
        name = self._dotted_name(mark)
        arguments = self._arguments("(", ")", 0) if self._is("(") else ()
        return Attribute(name, arguments, self._from(mark.start))

    def _dotted_name(self, mark: Token) -> Name:
        first = self.token
        if first.kind is not TokenKind.NAME:
            raise self._lost(
                "missing-name",
                f"this {mark.text} has no name behind it",
                mark,
                "write an attribute, like @id",
            )
        self._advance()
        text = first.text
        while self._is(".") and self._next().kind is TokenKind.NAME:
            self._advance()
            text = f"{text}.{self._advance().text}"
        return Name(text, self._from(first.start))

    # ---- expressions ---------------------------------------------------------------------------------------------

    def _arguments(self, opening: str, closing: str, depth: int) -> tuple[Argument, ...]:
        """`(a, name: b)` or `{ name: b }`."""
        arguments: list[Argument] = []
        self._bracketed(opening, closing, lambda: arguments.append(self._argument(depth)))
        return tuple(arguments)

    def _argument(self, depth: int) -> Argument:
        first = self.token
        name = None
        if first.kind is TokenKind.NAME and self._next().text == ":":
            name = Name(first.text, self._span(first))
            self._advance()
            self._advance()
        value = self._expression(depth + 1)
        return Argument(name, value, self._from(first.start))

    def _bracketed(self, opening: str, closing: str, item: Callable[[], None]) -> None:
        """Items between brackets, separated by commas."""
        bracket = self._advance()
        self._skip_line_breaks(bracket)
        while not self._is(closing):
            item()
            self._skip_line_breaks(bracket)
            if self._is(closing):
                break
            comma = self.token
            if not self._is(","):
                raise (
                    self._lost(
                        "unclosed-bracket",
                        f"this `{opening}` is never closed",
                        bracket,
                        f"expected `,` or `{closing}` at `{comma.text.strip()}`",
                    )
                    if comma.kind in _LINE_ENDS
                    else self._lost(
                        "unexpected-text",
                        f"`{comma.text}` does not belong here",
                        comma,
                        f"expected `,` or `{closing}`",
                    )
                )
            self._advance()
            self._skip_line_breaks(bracket)
            if self._is(closing):
                self._report(
                    "trailing-comma", "the last item has no comma behind it", comma, "remove the comma"
                )
        self._advance()

    def _skip_line_breaks(self, bracket: Token) -> None:
        """Brackets end on the line they begin on; where they do not, read on if they are closed further down."""
        if self.token.kind not in _LINE_ENDS:
            return
        if not self._closes_later():
            raise self._lost(
                "unclosed-bracket",
                f"this `{bracket.text}` is never closed",
                bracket,
                "close it on the same line",
            )
        if not self.broken:
            self._report(
                "line-break",
                "a declaration stands on one line",
                bracket,
                "join the lines up to the closing bracket",
            )
        self.broken = True
        while self.token.kind in _LINE_ENDS:
            self._advance()

    def _closes_later(self) -> bool:
        depth = 1
        for token in self.tokens[self.at : self.at + 1000]:
            if token.kind is TokenKind.END or token.text in {"@", "@@", "{", "}", "="}:
                return False
            if token.text in {"(", "["}:
                depth += 1
            elif token.text in {")", "]"}:
                depth -= 1
                if depth == 0:
                    return True
        return False

    def _expression(self, depth: int) -> Expression:
        token = self.token
        if depth > MAX_DEPTH:
            raise self._lost(
                "nested-too-deeply", f"brackets are nested more than {MAX_DEPTH} levels deep", token
            )
        match token.kind:
            case TokenKind.STRING:
                return self._string(self._advance())
            case TokenKind.NUMBER:
                self._advance()
                return NumberLiteral(token.text, self._span(token))
            case TokenKind.NAME:
                return self._constant_or_call(depth)
            case TokenKind.UNTERMINATED_STRING:
                raise self._lost(
                    "unterminated-string",
                    "this string has no end",
                    self._advance(),
                    'close it with " on the same line',
                )
            case _:
                return self._list_or_object(token, depth)

    def _constant_or_call(self, depth: int) -> Expression:
        token = self._advance()
        if not self._is("("):
            return Constant(token.text, self._span(token))
        arguments = self._arguments("(", ")", depth)
        return Call(Name(token.text, self._span(token)), arguments, self._from(token.start))

    def _list_or_object(self, token: Token, depth: int) -> Expression:
        if self._is("["):
            items: list[Expression] = []
            self._bracketed("[", "]", lambda: items.append(self._expression(depth + 1)))
            return ListExpression(tuple(items), self._from(token.start))
        if self._is("{"):
            entries = self._arguments("{", "}", depth)
            return ObjectExpression(entries, self._from(token.start))
        found = "the end of the line" if token.kind in _LINE_ENDS else f"`{token.text}`"
        raise self._lost(
            "missing-value",
            f"expected a value, found {found}",
            token,
            'values are "text", 1, true, a name, [a, b] or a call()',
        )

    def _string(self, token: Token) -> StringLiteral:
        wrong = unknown_escape(token.text)
        if wrong is not None:
            start = token.start + 1 + wrong.start()
            span = Span(self.path, start, start + len(wrong[0]))
            self._report(
                "unknown-escape",
                f"strings have no escape `{wrong[0]}`",
                span,
                r"write a backslash itself as \\",
            )
        return StringLiteral(unescape(token.text), self._span(token))
