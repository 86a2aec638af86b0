"""Walking along the tokens of a statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nicol.dialects.lint.deeds import Name
from nicol.dialects.statements import Token

Fold = Callable[[Token], str]
"""How a database compares a name."""

OWN_NAMESPACES = frozenset({"public", "main"})


class Reader:
    """A place among tokens. What does not stand there is None or empty, and the place stays where it is."""

    def __init__(self, parts: Sequence[Token], fold: Fold) -> None:
        self.parts = tuple(parts)
        self.fold = fold
        self.place = 0

    @property
    def token(self) -> Token | None:
        """The token that is next."""
        return self.parts[self.place] if self.place < len(self.parts) else None

    @property
    def word(self) -> str:
        """The next token as a word in capitals; empty for all else."""
        return self.token.word if self.token is not None else ""

    @property
    def rest(self) -> tuple[Token, ...]:
        """Everything from here on."""
        return self.parts[self.place :]

    def take(self, *words: str) -> bool:
        """Go past these words when they stand here."""
        here = tuple(part.word for part in self.parts[self.place : self.place + len(words)])
        if here != words:
            return False
        self.place += len(words)
        return True

    def any_of(self, *words: str) -> str:
        """Go past one of these words; the word, or nothing."""
        word = self.word
        if not word or word not in words:
            return ""
        self.place += 1
        return word

    def sign(self, text: str) -> bool:
        """Go past a sign."""
        if self.token is None or self.token.text != text:
            return False
        self.place += 1
        return True

    def name(self) -> Name | None:
        """Go past a name with its namespaces."""
        first = self.token
        if first is None or first.kind not in ("word", "name", "text"):
            return None
        pieces = [first]
        self.place += 1
        while self.place + 1 < len(self.parts) and self.parts[self.place].text == ".":
            pieces.append(self.parts[self.place + 1])
            self.place += 2
        keys = [self.fold(piece) for piece in pieces]
        if len(keys) > 1 and keys[0] in OWN_NAMESPACES:
            keys = keys[1:]
        return Name(".".join(keys), unquoted(pieces[-1]), first.start, pieces[-1].end)

    def names(self) -> tuple[Name, ...]:
        """Go past names with commas between."""
        found: list[Name] = []
        while (name := self.name()) is not None:
            found.append(name)
            while self.group() or self.sign("*"):
                pass
            if not self.sign(","):
                break
        return tuple(found)

    def group(self) -> tuple[Token, ...]:
        """Go past parentheses; what stands in them."""
        if self.token is None or self.token.kind != "open":
            return ()
        start, depth = self.place + 1, 0
        while self.place < len(self.parts):
            depth += deeper(self.parts[self.place])
            self.place += 1
            if depth == 0:
                return self.parts[start : self.place - 1]
        return self.parts[start:]

    def until(self, stops: Callable[[Token], bool]) -> tuple[Token, ...]:
        """Go to the first token outside of parentheses that stops."""
        start, depth = self.place, 0
        while (token := self.token) is not None and not (depth == 0 and stops(token)):
            depth += deeper(token)
            self.place += 1
        return self.parts[start : self.place]


_DEEPER = {"(": 1, ")": -1, "[": 1, "]": -1}


def deeper(part: Token) -> int:
    """How a token changes the nesting of parentheses and brackets; a name in brackets is one token."""
    return _DEEPER.get(part.text, 0)


def items(parts: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Tokens cut at the commas outside of parentheses."""
    found: list[list[Token]] = [[]]
    depth = 0
    for part in parts:
        depth += deeper(part)
        if depth == 0 and part.text == ",":
            found.append([])
        else:
            found[-1].append(part)
    return [tuple(item) for item in found if item]


def outside(parts: Sequence[Token]) -> list[Token]:
    """The tokens that stand in no parentheses."""
    found: list[Token] = []
    depth = 0
    for part in parts:
        depth += deeper(part)
        if depth == 0 and part.kind != "close":
            found.append(part)
    return found


def unquoted(part: Token) -> str:
    """What a name or a string says."""
    if part.kind == "text":
        return part.text.lstrip("eE")[1:-1].replace("''", "'")
    if part.kind != "name":
        return part.text
    last = part.text[-1]
    return part.text[1:-1].replace(last * 2, last)
