"""What a database is told about its ledger of migrations, and about those who write into it, in its own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedgerTexts:
    """The statements around the table `_prisma_migrations`, which is Prisma's to the letter.

    `create` makes it where it is missing. `exists` has a row when it is there. `lock` keeps other deployers waiting until
    the transaction ends (empty: a writing transaction does so already); `turn` answers whether Prisma is not at work, and
    keeps it out until then (empty: there is no such lock). `read` answers id, name, checksum, finished, rolled back,
    logs, number of steps done. `record` takes id, checksum, name and number of steps; `roll_back` a name, of which
    attempts are undone that did not finish, and `undo` a name of which all are.

    A migration in several stages has a row while it is under way: `begin` takes id, checksum, name and logs; `note` the
    number of steps, logs, the row's new id, a checksum and its id so far; `finish` the number of steps, a checksum and the id.
    Both find the row only as long as it is under way. `now` answers the database's clock in seconds.
    """

    create: str
    exists: str
    lock: str
    turn: str
    read: str
    record: str
    roll_back: str
    undo: str
    begin: str
    note: str
    finish: str
    now: str


@dataclass(frozen=True, slots=True)
class SessionTexts:
    """The statements about sessions on a server; empty where there is none.

    `own` answers the identity of the connection's own session. `alive` has a row as long as a session lives; `end`
    ends one, where that is allowed. Both take an identity.
    """

    own: str = ""
    alive: str = ""
    end: str = ""
