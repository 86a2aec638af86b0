"""What a database is told about its ledger of migrations, in its own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedgerTexts:
    """The statements around the table `_prisma_migrations`, which is Prisma's to the letter.

    `create` makes it where it is missing. `exists` has a row when it is there. `lock` keeps other deployers waiting until
    the transaction ends (empty: a writing transaction does so already). `read` answers id, name, checksum, finished,
    rolled back, logs. `record` takes id, checksum, name and number of steps; `roll_back` a name.
    """

    create: str
    exists: str
    lock: str
    read: str
    record: str
    roll_back: str
