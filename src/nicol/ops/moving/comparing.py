"""Both sides of a move compared: counts, and a sum over the rows that does not ask for their order."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from nicol.ops.databases import Conversation
from nicol.ops.moving.columns import Mover, Row
from nicol.ops.moving.quarantine import spelled_key
from nicol.ops.moving.reading import pieces
from nicol.sql.program import rows

_MODULUS = 1 << 128


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows of both sides, without those in quarantine, and whether their sums are equal."""

    source: int
    target: int
    equal: bool


def compare(
    source: Conversation,
    target: Conversation,
    mover: Mover,
    left_out: set[str],
    told: Callable[[str, int, int], None],
) -> Compared:
    """Read a table on both sides, as the target spells its values. `left_out`: the keys of rows in quarantine."""
    ((total,),) = target.run(rows(f"SELECT count(*) FROM {mover.table}"))
    there, sums = 0, 0
    for piece in pieces(target, mover, None, _unexpected):
        there, sums = there + len(piece), (sums + _sum(mover, piece)) % _MODULUS
        told(f"{mover.title} (checking)", there, total)
    here, expected = 0, 0
    for piece in pieces(source, mover, None, lambda _key, _reason: None):
        kept = [row for row in piece if not left_out or spelled_key(mover.key_of(row)) not in left_out]
        _, moved, _ = mover.sorted_out(kept)
        here, expected = here + len(kept), (expected + _sum(mover, moved)) % _MODULUS
    return Compared(here, there, here == there and sums == expected)


def _unexpected(key: Row, reason: str) -> None:
    raise AssertionError(f"a row of the target {reason}: {key}")


def _sum(mover: Mover, piece: Sequence[Row]) -> int:
    """The sum of the digests of rows: each row counts, and their order does not."""
    total, encode = 0, msgspec.json.Encoder().encode
    canonical = [column.canonical for column in mover.columns]
    for row in piece:
        text = encode([each(value) for each, value in zip(canonical, row, strict=True)])
        total += zlib.crc32(text) << 64 | zlib.adler32(text) << 32 | zlib.crc32(text[::-1])
    return total
