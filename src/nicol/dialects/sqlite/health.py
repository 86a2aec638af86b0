"""The health of a SQLite file."""

from __future__ import annotations

from nicol.catalog import Catalog
from nicol.dialects.health import Complaint, Health, Weight
from nicol.errors import DriverError
from nicol.sql.program import Program, rows
from nicol.sql.quoting import quote

_SOUND = (3, 51, 3)


def health(catalog: Catalog, pool: int) -> Program[Health]:  # noqa: ARG001 - a file has no limit of connections
    """Look at the library, the journal, the pages, the references and the counters."""
    ((version,),) = yield from rows("SELECT sqlite_version()")
    found: list[Complaint] = []
    for check in (_library(version), _journal(), _pages(), _references(), _counters(catalog)):
        found += yield from check
    return Health(f"SQLite {version}", tuple(found))


def _library(version: str) -> Program[list[Complaint]]:
    """https://sqlite.org/changes.html: before 3.51.3 two connections that reset the log at once could damage the file."""
    yield from ()
    if tuple(map(int, version.split("."))) >= _SOUND:
        return []
    text = f"this SQLite is {version}, in which the write-ahead log can damage the file under load (mended in 3.51.3)"
    return [Complaint("sqlite-version", Weight.WARNING, text, "pip install --upgrade apsw")]


def _journal() -> Program[list[Complaint]]:
    ((mode,),) = yield from rows("PRAGMA journal_mode")
    if mode in ("wal", "memory"):
        return []
    text = f"the journal's mode is `{mode}`: readers and the writer keep each other waiting"
    return [
        Complaint("journal-mode", Weight.WARNING, text, "put the file on a local disk, which can carry `wal`")
    ]


def _pages() -> Program[list[Complaint]]:
    found = yield from rows("PRAGMA quick_check(3)")
    damage = [text for (text,) in found if text != "ok"]
    return [
        Complaint("damaged", Weight.ERROR, f"the file is damaged: {text}", "nicol db restore")
        for text in damage
    ]


def _references() -> Program[list[Complaint]]:
    try:
        found = yield from rows("PRAGMA foreign_key_check")
    except DriverError as error:  # a key that leads to no table at all
        return [
            Complaint(
                "orphans",
                Weight.ERROR,
                f"foreign keys cannot be checked: {error.message}",
                "nicol migrate diff",
            )
        ]
    counts: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in found:
        counts[table, parent] = counts.get((table, parent), 0) + 1
    return [
        Complaint(
            "orphans",
            Weight.ERROR,
            f"{table} points at rows of {parent} that are not there, {count} times",
            f"delete or mend them; `PRAGMA foreign_key_check({quote(table)})` lists them",
        )
        for (table, parent), count in counts.items()
    ]


def _counters(catalog: Catalog) -> Program[list[Complaint]]:
    """The counter of a table with AUTOINCREMENT has to be as high as its highest number."""
    if not (yield from rows("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")):
        return []
    complaints: list[Complaint] = []
    counters = dict((yield from rows("SELECT name, seq FROM sqlite_sequence")))
    for table in catalog.tables:
        column = next((each.name for each in table.columns if each.autoincrement), None)
        if column is None or table.name not in counters:
            continue
        ((highest,),) = yield from rows(f"SELECT max({quote(column)}) FROM {quote(table.name)}")
        if highest is not None and counters[table.name] < highest:
            text = f"the counter of {table.name} is at {counters[table.name]}, and its highest {column} is {highest}"
            fix = f"UPDATE sqlite_sequence SET seq = {highest} WHERE name = '{table.name}' (with `nicol db execute --stdin`)"
            complaints.append(Complaint("counter-behind", Weight.WARNING, text, fix))
    return complaints
