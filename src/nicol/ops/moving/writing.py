"""Rows coming into the target: many at once, and one by one where the database refuses some."""

from __future__ import annotations

from collections.abc import Sequence

from nicol.errors import DriverError
from nicol.ops.moving.columns import Mover, Row
from nicol.sql.program import Copy, Program, Release, RollbackTo, Savepoint

_MARK = "nicol_piece"


def let_in(
    mover: Mover, good: Sequence[Row], moved: Sequence[Row], refused: list[tuple[Row, str]]
) -> Program[None]:
    """Write rows, given as they were and as they will be; where the database refuses, halves of them, and so on.

    Those that it refuses alone are added to `refused`, with its words.
    """
    if not good:
        return
    yield Savepoint(_MARK)
    try:
        yield Copy(mover.table, mover.names, moved)
    except DriverError as error:
        if error.broken:
            raise
        yield RollbackTo(_MARK)
        yield Release(_MARK)
        if len(good) == 1:
            refused.append((good[0], error.message))
            return
        middle = len(good) // 2
        yield from let_in(mover, good[:middle], moved[:middle], refused)
        yield from let_in(mover, good[middle:], moved[middle:], refused)
    else:
        yield Release(_MARK)
