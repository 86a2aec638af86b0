"""The lexer: a schema's text as tokens that remember where they stand. It never fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple


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


_BLANK = r"\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
BLANKS: Final = rf"[{_BLANK}]*+"
"""What may stand between tokens: tabs, and what Unicode calls spaces. Other white characters are text that does not belong."""

_PATTERN = re.compile(
    BLANKS.replace(" ", r"\ ")
    + r"""(?:
      ((?![0-9]++(?:\.[0-9]++)?(?![\w-]))\w[\w-]*+)   # a name; `1st` and `a-b` are names too, for a better finding
    | (\r\n|\n|\r)
    | (@@|[{}()\[\]@=,:.?!])
    | ("(?:[^"\\\r\n]|\\[^\r\n])*+")
    | (-?[0-9]++(?:\.[0-9]++)?)
    | (///[^\r\n]*+)
    | (//[^\r\n]*+|/\*(?s:.*?)\*/)
    | ("[^\r\n]*+)
    | (/\*(?s:.*+))
    | ([^\w\r\n"{}()\[\]@=,:.?!/"""
    + _BLANK.replace(" ", r"\ ")
    + r"""]++|/)
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


_SURROGATE_PAIR = re.compile(r"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}")


def unknown_escape(literal: str) -> re.Match[str] | None:
    """The first escape of a string literal that the language does not have, or that is half of a surrogate pair."""
    if "\\" not in literal:
        return None
    body = _SURROGATE_PAIR.sub(lambda pair: "." * len(pair[0]), literal[1:-1])
    for match in _ESCAPE.finditer(body):
        if _is_half(match["hex"]) if match["hex"] else match["char"] not in _ESCAPES:
            return match
    return None


def _is_half(digits: str) -> bool:
    return 0xD800 <= int(digits, 16) <= 0xDFFF


_CONTROL = re.compile(r"[\x00-\x1f]")


def control_character(literal: str) -> re.Match[str] | None:
    """The first character of a string literal that it may hold as an escape only."""
    return _CONTROL.search(literal)
