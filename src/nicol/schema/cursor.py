"""The walk over a source's tokens that the parser is made of: moving on, reporting, comments and the ends of lines."""

from __future__ import annotations

from nicol.diagnostics import Diagnostic, Edit, Severity, Source, Span
from nicol.schema.document import Comment
from nicol.schema.tokens import Token, TokenKind, tokenize

MAX_FINDINGS = 1000

LINE_ENDS = (TokenKind.NEWLINE, TokenKind.DOC, TokenKind.COMMENT, TokenKind.END)
COMMENTS = (TokenKind.DOC, TokenKind.COMMENT)
_LINE_BREAKS = (TokenKind.NEWLINE, TokenKind.END)
_BEFORE_COMMENTS = ("\n", "\r\n", "\r", "{", "}")


class LineLost(Exception):
    """The rest of the line cannot be read; the finding has been made."""


class Cursor:
    """One walk over the tokens of a source. Every method starts at the token it is about and leaves behind what it read."""

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
        inline: Token | None = None  # the comment that has a token before it on its line
        alone = False  # a comment fills its line, which is no blank one
        for token in tokenize(self.source.text):
            if inline and token.kind not in _LINE_BREAKS:
                self._within_line(inline)
            if token.kind is TokenKind.COMMENT and not token.text.startswith("//"):
                self.comments.append(Comment(token.text, self._span(token)))
                inline = token if tokens and tokens[-1].text not in _BEFORE_COMMENTS else None
                alone = not tokens or tokens[-1].kind is TokenKind.NEWLINE
                continue
            inline = None
            if alone and token.kind is TokenKind.NEWLINE:
                alone = False
                continue
            alone = False
            if token.kind in COMMENTS:
                self.comments.append(Comment(token.text, self._span(token), token.kind is TokenKind.DOC))
            elif token.kind is TokenKind.UNTERMINATED_COMMENT:
                self._report("unclosed-comment", "this comment is never closed", token, "end it with */")
                continue
            tokens.append(token)
        return tokens

    def _within_line(self, comment: Token) -> None:
        self._report(
            "comment-within-line",
            "a comment stands before a declaration, or at the end of its line",
            comment,
            "move it to the end of the line",
        )

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

    def _report(
        self,
        code: str,
        message: str,
        at: Token | Span,
        help: str | None = None,  # noqa: A002
        severity: Severity = Severity.ERROR,
        instead: str | None = None,
    ) -> None:
        """A finding; `instead` is the text that mends it when it takes the place of what is there."""
        if len(self.findings) < MAX_FINDINGS:
            span = at if isinstance(at, Span) else self._span(at)
            fix = () if instead is None else (Edit(span, instead),)
            self.findings.append(Diagnostic(code, message, span, severity, help, fix))
        elif len(self.findings) == MAX_FINDINGS:
            text = f"{self.path} has more than {MAX_FINDINGS} faults; the rest is left out"
            self.findings.append(Diagnostic("too-many-findings", text, severity=Severity.NOTE))

    def _lost(self, code: str, message: str, at: Token | Span, help: str | None = None) -> LineLost:  # noqa: A002
        self._report(code, message, at, help)
        return LineLost()

    def _skip_line(self) -> None:
        while self.token.kind not in LINE_ENDS:
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
        elif kind in COMMENTS:
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
        if token.kind not in LINE_ENDS and not self.tight:
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
        trailing = (self._comment(),) if self.token.kind in COMMENTS else ()
        if self.token.kind is TokenKind.NEWLINE:
            self._advance()
        return trailing
