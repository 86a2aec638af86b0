"""The audit trail: the table that keeps its entries, and the words for which tables are audited, and how.

Triggers write the entries, so that whoever changes a row is recorded, in whatever program. They belong to Nicol: their names
begin with `_nicol_audit`.
"""

from __future__ import annotations

from dataclasses import dataclass

from nicol.catalog import AUDIT, Column, ColumnType, Index, IndexColumn, PrimaryKey, Table, Unmanaged
from nicol.sql.program import Statement

APPEND_ONLY = "the audit trail is append-only"


@dataclass(frozen=True, slots=True)
class Audited:
    """A table whose changes are recorded. `key`: the columns that tell its rows apart; `only` and `hidden` as in the schema."""

    table: Table
    key: tuple[str, ...]
    only: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    chain: bool = False

    @property
    def name(self) -> str:
        """What entries call the table."""
        table = self.table
        return f"{table.namespace}.{table.name}" if table.namespace else table.name

    @property
    def watched(self) -> tuple[Column, ...]:
        """The columns of which a change is one, in an order that does not depend on the schema's."""
        columns = sorted(self.table.columns, key=lambda column: column.name)
        return tuple(column for column in columns if not self.only or column.name in self.only)

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns whose values are recorded."""
        return tuple(column for column in self.watched if column.name not in self.hidden)


@dataclass(frozen=True, slots=True)
class Trail:
    """What an audit trail is made of: tables, and the triggers and functions, each behind what it needs."""

    tables: tuple[Table, ...] = ()
    objects: tuple[Unmanaged, ...] = ()


@dataclass(frozen=True, slots=True)
class TrailTexts:
    """What is said about a trail.

    `chains`: how many chained entries each table has. `links`: the chained entries behind a place (table, number), at most so
    many: table, number, id, what the hash covers beside the one before it, hash. `strangers`: for each table the entries that
    came after its chain had begun, and are outside of it. `prune` deletes entries older than so many days, at most so many;
    `open` and `close` stand around it.
    """

    chains: str
    links: str
    strangers: str
    open: tuple[str, ...]
    close: tuple[str, ...]
    prune: str


CHAINS = """\
SELECT "table_name", count(*) FROM {place} WHERE "number" IS NOT NULL GROUP BY "table_name" ORDER BY 1"""

STRANGERS = """\
SELECT e."table_name", count(*) FROM {place} e
JOIN (SELECT "table_name", min("id") AS "first" FROM {place} WHERE "number" IS NOT NULL GROUP BY "table_name") c
  ON c."table_name" = e."table_name" AND e."id" > c."first"
WHERE e."number" IS NULL GROUP BY e."table_name" ORDER BY 1"""

PRUNE = """\
DELETE FROM {place} WHERE "id" IN (
  SELECT e."id" FROM {place} e
  WHERE e."at" < {old}
    AND e."id" < coalesce((SELECT "id" FROM {place} WHERE "at" >= {old} ORDER BY "id" LIMIT 1), e."id" + 1)
    AND (e."number" IS NULL OR EXISTS (
      SELECT 1 FROM {place} n
      WHERE n."table_name" = e."table_name" AND n."number" = e."number" + 1 AND n."at" < {old}))
  ORDER BY e."id" LIMIT {limit})"""
"""The last old entry of each chain stays: the hash of the next one covers its own."""


@dataclass(frozen=True, slots=True)
class Signing:
    """The statements by which a transaction's writes bear a name or none, and what has to be said at its end, if anything."""

    sign: str
    unsign: str
    end: str | None

    def saying(self, actor: str | None) -> Statement:
        """The statement after which writes bear this name, or none."""
        return (
            Statement(self.unsign, columns=False)
            if actor is None
            else Statement(self.sign, (actor,), columns=False)
        )


@dataclass(frozen=True, slots=True)
class Words:
    """A database's types for the entries, and the name of its primary key where it keeps one."""

    number: str
    moment: ColumnType
    text: str
    json: ColumnType
    key: str | None = None


def entries(words: Words, namespace: str | None, *, chained: bool) -> Table:
    """The table of the entries. `chained`: some carry hashes, in an order of their own in each audited table."""
    number, text = ColumnType(words.number), ColumnType(words.text)
    by_row = Index(f"{AUDIT}_table_name_row_key_idx", (IndexColumn("table_name"), IndexColumn("row_key")))
    by_number = Index(
        f"{AUDIT}_table_name_number_key", (IndexColumn("table_name"), IndexColumn("number")), unique=True
    )
    return Table(
        AUDIT,
        (
            Column("id", number, autoincrement=True),
            Column("at", words.moment),
            Column("actor", text, nullable=True),
            Column("operation", text),
            Column("table_name", text),
            Column("row_key", text, nullable=True),
            Column("before", words.json, nullable=True),
            Column("after", words.json, nullable=True),
            Column("number", number, nullable=True),
            Column("hash", text, nullable=True),
        ),
        PrimaryKey(("id",), words.key),
        (by_row, by_number) if chained else (by_row,),
        namespace=namespace,
    )
