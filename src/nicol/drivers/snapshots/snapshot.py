"""What a snapshot can do, whichever database it is of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias, TypeVar

from nicol.drivers.snapshots.layout import LayOut
from nicol.sql.program import Program

T = TypeVar("T")

Told: TypeAlias = Callable[[int, int | None], None]
"""Who is told how far a copy is: bytes done, and bytes in all where that is known."""


class Snapshot(Protocol):
    """The state of a database at one moment, however much is written meanwhile. `method` says how it becomes a file."""

    method: ClassVar[str]
    suffix: ClassVar[str]

    @property
    def version(self) -> str:
        """The version of the database's own program."""
        ...

    def run(self, program: Program[T]) -> T:
        """Ask the snapshot; it is never written to."""
        ...

    def save(self, path: Path, lay_out: LayOut, told: Told) -> None:
        """Write all of it to one compressed file; OSError when it does not fit. `lay_out` is for who writes rows alone."""
        ...
