"""The part of the parser that reads attributes and expressions: names, arguments, values, brackets."""

from __future__ import annotations

from collections.abc import Callable

from nicol.diagnostics import Span
from nicol.schema.cursor import LINE_ENDS, Cursor
from nicol.schema.document import (
    Argument,
    Attribute,
    Call,
    Constant,
    Expression,
    ListExpression,
    Name,
    NumberLiteral,
    ObjectExpression,
    StringLiteral,
)
from nicol.schema.tokens import Token, TokenKind, control_character, unescape, unknown_escape

MAX_DEPTH = 64


class ExpressionReader(Cursor):
    """Reads what stands behind a name: attributes with their arguments, and values."""

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
        while self._is(".") and self._next().kind is TokenKind.NAME and self._joined():
            self._advance()
            text = f"{text}.{self._advance().text}"
        return Name(text, self._from(first.start))

    def _joined(self) -> bool:
        """True when a token stands right between its neighbours, without blanks."""
        before, after = self.tokens[self.at - 1], self._next()
        return before.end == self.token.start and self.token.end == after.start

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
                    if comma.kind in LINE_ENDS
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
                    "trailing-comma",
                    "the last item has no comma behind it",
                    comma,
                    "remove the comma",
                    instead="",
                )
        self._advance()

    def _skip_line_breaks(self, bracket: Token) -> None:
        """Brackets end on the line they begin on; where they do not, read on if they are closed further down."""
        if self.token.kind not in LINE_ENDS:
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
        while self.token.kind in LINE_ENDS:
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
        found = "the end of the line" if token.kind in LINE_ENDS else f"`{token.text}`"
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
            way_out = (
                "write both halves of the pair, or the character itself"
                if wrong["hex"]
                else r"write a backslash itself as \\"
            )
            self._report(
                "unknown-escape",
                f"strings have no escape `{wrong[0]}`",
                Span(self.path, start, start + len(wrong[0])),
                way_out,
            )
        control = control_character(token.text)
        if control is not None:
            start = token.start + control.start()
            self._report(
                "control-character",
                "this string holds a control character",
                Span(self.path, start, start + 1),
                f"write it as \\u{ord(control[0]):04x}",
            )
        return StringLiteral(unescape(token.text), self._span(token))
