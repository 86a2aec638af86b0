"""Examples made small: blocks and lines are left out for as long as a text stays what it is an example of."""

from __future__ import annotations

from collections.abc import Callable


def shrink(text: str, still: Callable[[str], bool], limit: int = 400) -> str:
    """The text with as few of its blocks, then of its lines, as `still` allows, asked at most `limit` times."""
    asked = 0

    def fits(pieces: list[str]) -> bool:
        nonlocal asked
        asked += 1
        return asked <= limit and bool(pieces) and still("\n".join(pieces))

    return "\n".join(_fewest(_fewest(_blocks(text), fits), fits, lines=True))


def _fewest(pieces: list[str], fits: Callable[[list[str]], bool], *, lines: bool = False) -> list[str]:
    """The pieces without those that are not needed, tried in halves, then in quarters, and so on."""
    if lines:
        pieces = "\n".join(pieces).split("\n")
    size = max(1, len(pieces) // 2)
    while True:
        before, at = len(pieces), 0
        while at < len(pieces):
            rest = pieces[:at] + pieces[at + size :]
            if fits(rest):
                pieces = rest
            else:
                at += size
        if size == 1 and len(pieces) in (before, 1):
            return pieces
        size = max(1, size // 2)


def _blocks(text: str) -> list[str]:
    """The text in pieces that each end with a line that closes a block."""
    pieces: list[str] = []
    piece: list[str] = []
    for line in text.split("\n"):
        piece.append(line)
        if line.startswith("}"):
            pieces.append("\n".join(piece))
            piece = []
    return [*pieces, "\n".join(piece)]
