"""Forked children: they forget their parent's connections without closing them, and open their own."""

from __future__ import annotations

import os
import weakref
from typing import Final, Protocol


class Forgetful(Protocol):
    """A pool that can forget."""

    def forget(self) -> list[object]:
        """Lend none of the connections any more that there were; they are the answer."""
        ...


class Heirloom(Protocol):
    """A connection that a forked child gets from its parent."""

    def disown(self) -> None:
        """In the child: say nothing any more, since what is said would be the parent's."""
        ...


_POOLS: Final[weakref.WeakSet[Forgetful]] = weakref.WeakSet()
_LENT: Final[weakref.WeakSet[Heirloom]] = weakref.WeakSet()
_INHERITED: Final[list[object]] = []
"""Never closed: closing would end the parent's conversation, or let go of the parent's file."""


def forget_after_fork(pool: Forgetful) -> None:
    """Let the pool forget its connections in every child of this process."""
    _POOLS.add(pool)


def disown_after_fork(connection: Heirloom) -> None:
    """Let nobody use the connection in a child of this process, who may hold it still: in a transaction, in a stream."""
    _LENT.add(connection)


def _in_child() -> None:
    for pool in list(_POOLS):
        _INHERITED.extend(pool.forget())
    for connection in list(_LENT):
        connection.disown()
        _INHERITED.append(connection)
    _LENT.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
