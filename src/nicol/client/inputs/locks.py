"""Which locks a read takes on the rows that it finds."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

LockMode: TypeAlias = Literal["update", "no_key_update", "share", "key_share"]


class _RequiredLock(TypedDict):
    mode: LockMode


class RowLock(_RequiredLock, total=False):
    """A lock on the rows that are read: `wait` says what to do where somebody else has one."""

    wait: Literal["skip", "nowait"]


LockInput: TypeAlias = LockMode | RowLock
