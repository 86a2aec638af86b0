"""The lexer: a schema's text as tokens that remember where they stand. It never fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple


class TokenKind(IntEnum):
    """What a token is; the numbers are the groups of the lexer's pattern."""

    NAME = 1
    NEWLINE = 2
    PUNCTUATION = 3
    STRING = 4
    NUMBER = 5
    DOC = 6
    COMMENT = 7
    UNTERMINATED_STRING = 8
    UNTERMINATED_COMMENT = 9
    UNKNOWN = 10
    END = 11


class Token(NamedTuple):
    """A piece of the text: characters `start` (inclusive) to `end` (exclusive)."""

    kind: TokenKind
    text: str
    start: int
    end: int


_PATTERN = re.compile(
    r"""
    [^\S\r\n]*+ (?:
      ((?![0-9]++(?:\.[0-9]++)?(?![\w-]))\w[\w-]*+)   # a name; `1st` and `a-b` are names too, for a better finding
    | (\r\n|\n|\r)
    | (@@|[{}()\[\]@=,:.?!])
    | ("(?:[^"\\\r\n]|\\[^\r\n])*+")
    | (-?[0-9]++(?:\.[0-9]++)?)
    | (///[^\r\n]*+)
    | (//[^\r\n]*+|/\*(?s:.*?)\*/)
    | ("[^\r\n]*+)
    | (/\*(?s:.*+))
    | ([^\s\w"{}()\[\]@=,:.?!/]++|/)
    | \Z)""",
    re.VERBOSE,
)
_KINDS = (TokenKind.END, *TokenKind)
_BYTE_ORDER_MARK = "\ufeff"


def tokenize(text: str) -> Iterator[Token]:
    """The tokens of a text, without its blanks, ended by one END token."""
    begin = 1 if text.startswith(_BYTE_ORDER_MARK) else 0
    for match in _PATTERN.finditer(text, begin):
        group = match.lastindex
        if group is None:
            break
        start, end = match.span(group)
        yield Token(_KINDS[group], match[group], start, end)
    yield Token(TokenKind.END, "", len(text), len(text))


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "\\": "\\", '"': '"', "/": "/"}
_ESCAPE = re.compile(r"\\(?:u(?P<hex>[0-9A-Fa-f]{4})|(?P<char>.))", re.DOTALL)


def unescape(literal: str) -> str:
    """The value of a string literal (quotes included); unknown escapes stay as they are written."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    text = _ESCAPE.sub(_escaped, body)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped(match: re.Match[str]) -> str:
    if match["hex"]:
        return chr(int(match["hex"], 16))
    return _ESCAPES.get(match["char"], match[0])


def unknown_escape(literal: str) -> re.Match[str] | None:
    """The first escape of a string literal that the language does not have."""
    if "\\" not in literal:
        return None
    for match in _ESCAPE.finditer(literal[1:-1]):
        if not match["hex"] and match["char"] not in _ESCAPES:
            return match
    return None
