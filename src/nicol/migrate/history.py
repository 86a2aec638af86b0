"""The migration history of a project: folders of SQL in order, the lock file, names and checksums. Values from texts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from nicol.errors import MigrationError

LOCK_FILE = "migration_lock.toml"
SCRIPT_FILE = "migration.sql"
PYTHON_FILE = "migrate.py"
SNAPSHOT_FILE = "schema.snapshot"
PORTABLE = "portable"

_PROVIDERS = frozenset({"cockroachdb", "mongodb", "mysql", "postgres", "postgresql", "sqlite", "sqlserver"})
"""The databases that a lock file may name, Prisma's among them."""
_SCRIPT = re.compile(r"migration(?:\.(?P<provider>[a-z]+))?\.sql")
_LONGEST_TITLE = 200
_REPLACES = re.compile(r"^-- nicol: replaces (\S+)\s*$", re.MULTILINE)


def replacing(names: Iterable[str]) -> str:
    """The head of a script that stands for those of other migrations: where these are applied, it is, too."""
    return "".join(f"-- nicol: replaces {name}\n" for name in names)


def replaced_by(script: str) -> tuple[str, ...]:
    """The migrations for which a script stands."""
    return tuple(_REPLACES.findall(script))


CONTRACT = "-- nicol: contract\n"
"""The head of a script that takes away what code of the former version needs: it waits until it is asked for."""

ADOPTED = "-- nicol: adopted from a database\n"
"""The head of a script that was made of what a database held already."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One folder of the history. `scripts` are (provider, SQL) pairs; the provider of `migration.sql` is "".

    `snapshot` is the schema that a portable history stood for after this migration, with the lineage it was taken at.
    `python` is the text of the module whose `up` works on the data after the SQL, in the same transaction.
    """

    name: str
    scripts: tuple[tuple[str, str], ...]
    snapshot: str | None = None
    python: str | None = None

    @property
    def replaces(self) -> tuple[str, ...]:
        """The migrations that this one was squashed from, as the head of its scripts says."""
        return replaced_by(self.scripts[0][1])

    @property
    def contracts(self) -> bool:
        """True when it waits until no code of the former version runs any more."""
        return all(text.startswith(CONTRACT) for _, text in self.scripts)

    @property
    def adopted(self) -> bool:
        """True when its scripts were made of what a database held already, as their heads say."""
        return all(text.startswith(ADOPTED) for _, text in self.scripts)

    def script(self, provider: str) -> str:
        """What this migration says to one database: its own script, else the one for all."""
        scripts = dict(self.scripts)
        found = scripts.get(provider, scripts.get(""))
        if found is None:
            raise MigrationError(
                f"the migration {self.name} has no script for {provider}",
                code="P3015",
                help=f"add migration.{provider}.sql to its folder, or delete the folder",
                migration=self.name,
            )
        return found


@dataclass(frozen=True, slots=True)
class Lock:
    """What the lock file says: the databases that the history's scripts are written for."""

    providers: tuple[str, ...]

    @property
    def portable(self) -> bool:
        """True when each migration is written once for each database."""
        return len(self.providers) > 1


@dataclass(frozen=True, slots=True)
class History:
    """All migrations in the order of their names, and the lock; `lock` is None as long as there is no lock file."""

    migrations: tuple[Migration, ...] = ()
    lock: Lock | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all migrations, in order."""
        return tuple(migration.name for migration in self.migrations)

    def get(self, name: str) -> Migration | None:
        """The migration of that name, if there is one."""
        return next((migration for migration in self.migrations if migration.name == name), None)


def history_of(files: Mapping[str, str], folders: Iterable[str] = ()) -> History:
    """The history in a folder, from its files (`20260102030405_init/migration.sql` → text) and its sub-folders' names."""
    found: dict[str, dict[str, str]] = {folder: {} for folder in folders}
    for path, text in files.items():
        folder, _, name = path.rpartition("/")
        if folder and "/" not in folder:
            found.setdefault(folder, {})[name] = text
    lock = lock_of(files[LOCK_FILE]) if LOCK_FILE in files else None
    return History(tuple(_migration(name, found[name]) for name in sorted(found)), lock)


def _migration(name: str, files: Mapping[str, str]) -> Migration:
    scripts = sorted(
        (match["provider"] or "", text)
        for file, text in files.items()
        if (match := _SCRIPT.fullmatch(file)) is not None
    )
    if not scripts:
        raise MigrationError(
            f"the folder {name} of the migration history holds no {SCRIPT_FILE}",
            code="P3015",
            help="restore the file from version control, or delete the folder if the migration never was applied",
            migration=name,
        )
    if (snapshot := files.get(SNAPSHOT_FILE)) is not None:
        check_snapshot(name, snapshot)
    return Migration(name, tuple(scripts), snapshot, files.get(PYTHON_FILE))


# ---- the lock file ---------------------------------------------------------------------------------------------------


def lock_of(text: str) -> Lock:
    """What a lock file says; its `provider` is one database's name, or `portable` beside the list `providers`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MigrationError(
            f"{LOCK_FILE} cannot be read: {error}", help="restore it from version control"
        ) from None
    provider = str(content.get("provider", ""))
    providers = content.get("providers", []) if provider == PORTABLE else [provider]
    if not provider or not providers:
        raise MigrationError(f"{LOCK_FILE} names no provider", help="restore it from version control")
    if unknown := [name for name in providers if name not in _PROVIDERS]:
        raise MigrationError(
            f"{LOCK_FILE} names {unknown[0]!r}, which is no database", help="restore it from version control"
        )
    return Lock(tuple(str(name) for name in providers))


def lock_text(providers: Sequence[str]) -> str:
    """The lock file of a new history."""
    head = "# Written by nicol, and kept in version control: the databases that these migrations are written for.\n"
    if len(providers) == 1:
        return f'{head}provider = "{providers[0]}"\n'
    names = ", ".join(f'"{name}"' for name in providers)
    return f'{head}provider = "{PORTABLE}"\nproviders = [{names}]\n'


def check_lock(lock: Lock | None, providers: Sequence[str]) -> None:
    """Refuse a history whose scripts are written for other databases than the project's."""
    if lock is None or not set(providers) - set(lock.providers):
        return
    wanted, written = " and ".join(providers), " and ".join(lock.providers)
    raise MigrationError(
        f"the migration history is written for {written} ({LOCK_FILE}), but the project asks for {wanted}",
        code="P3019",
        help=(
            f'to keep the history, use a {written} URL and provider; to serve several databases, set providers = ["sqlite", '
            '"postgresql"] in the configuration and begin a portable history in another folder (setting `migrations`): '
            "`nicol migrate dev --name init` on an empty database, then `nicol migrate resolve --applied` where "
            "the tables exist already"
        ),
    )


# ---- names -----------------------------------------------------------------------------------------------------------


def migration_name(stamp: str, title: str) -> str:
    """The folder's name of a new migration: 14 digits of UTC time, and the title in words of letters and digits."""
    slug = re.sub(r"[^a-z0-9]+", "_", title.strip().lower()).strip("_")
    if len(slug) > _LONGEST_TITLE:
        raise MigrationError(
            f"the name of the migration has {len(slug)} characters; {_LONGEST_TITLE} are allowed",
            code="P3010",
            help="give a shorter --name",
        )
    return f"{stamp}_{slug}" if slug else stamp


def stamp(now: datetime, history: History) -> str:
    """14 digits of UTC time, later than those of every migration that there is: names are the order of the history."""
    stamps = [int(name[:14]) for name in history.names if re.match(r"\d{14}(?:_|$)", name)]
    return str(max([int(now.strftime("%Y%m%d%H%M%S")), *(each + 1 for each in stamps)]))


def script_file(provider: str, *, portable: bool) -> str:
    """The name of the file that holds a migration's SQL for one database."""
    return f"migration.{provider}.sql" if portable else SCRIPT_FILE


# ---- checksums -------------------------------------------------------------------------------------------------------


def checksum(script: str, python: str | None = None) -> str:
    """The checksum that the ledger keeps of a migration: SHA-256 of its UTF-8 text, in hexadecimal.

    Of the SQL alone, as Prisma has it, where no Python stands beside it.
    """
    return sha256((script if python is None else f"{script}\0{python}").encode()).hexdigest()


def matches(script: str, recorded: str, python: str | None = None) -> bool:
    """True when a recorded checksum is that of the migration, whatever its line ends were when it was applied."""
    spellings = [_line_ends(script, end) for end in (None, "\n", "\r\n")]
    if python is None:
        return recorded in map(checksum, spellings)
    modules = [_line_ends(python, end) for end in (None, "\n", "\r\n")]
    return any(recorded == checksum(sql, module) for sql in spellings for module in modules)


def _line_ends(text: str, end: str | None) -> str:
    return text if end is None else text.replace("\r\n", "\n").replace("\n", end)


# ---- snapshots -------------------------------------------------------------------------------------------------------


def lineage(names: Iterable[str]) -> str:
    """A fingerprint of the migrations that a snapshot stands on; two branches that were merged have another one."""
    return sha256("\n".join(names).encode()).hexdigest()[:32]


_HEAD = "// nicol: the schema after this migration; lineage "
_OF_A_SNAPSHOT = re.compile(
    rf"{re.escape(_HEAD)}(?P<lineage>[0-9a-f]{{32}})(?:; content (?P<content>[0-9a-f]{{32}}))?"
)


def snapshot_text(schema: str, names: Iterable[str]) -> str:
    """A snapshot: the schema's text under a line with the lineage of the history it belongs to, and a checksum of both."""
    stem, body = lineage(names), f"\n{schema.strip()}\n"
    return f"{_HEAD}{stem}; content {_content(stem, body)}\n{body}"


def _content(stem: str, body: str) -> str:
    unix = body.replace("\r\n", "\n")
    return sha256(f"{stem}\n{unix}".encode()).hexdigest()[:32]


def check_snapshot(migration: str, text: str) -> None:
    """Refuse a snapshot that somebody has edited: plans for a database out of reach would begin at what never was."""
    head, _, body = text.partition("\n")
    found = _OF_A_SNAPSHOT.fullmatch(head.rstrip("\r"))
    if found is None or (found["content"] or _content(found["lineage"], body)) != _content(
        found["lineage"], body
    ):
        raise MigrationError(
            f"{SNAPSHOT_FILE} of the migration {migration} was edited",
            code="P3006",
            help="restore it from version control; it is written by `nicol migrate dev` alone. Without it, `migrate dev` asks "
            "for a server of each database",
            migration=migration,
        )


def latest_snapshot(history: History) -> str | None:
    """The schema that the whole history stands for, if the last migration's snapshot was taken at this very lineage."""
    return snapshot_at(history, len(history.migrations))


def snapshot_at(history: History, count: int) -> str | None:
    """The schema that the first `count` migrations stand for, if the snapshot of their last was taken at this lineage."""
    if count == 0 or (text := history.migrations[count - 1].snapshot) is None:
        return None
    head, _, schema = text.partition("\n")
    return schema if lineage(history.names[:count]) in head else None
