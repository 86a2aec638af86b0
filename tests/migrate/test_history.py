"""Histories from files, locks, names, checksums, snapshots, and where a database stands beside a history."""

from __future__ import annotations

from pathlib import Path

import pytest

from nicol.errors import MigrationError
from nicol.migrate.history import (
    History,
    Lock,
    check_lock,
    checksum,
    history_of,
    latest_snapshot,
    lock_of,
    lock_text,
    matches,
    migration_name,
    snapshot_text,
)
from nicol.migrate.ledger import LedgerRow, Standing, standing

FILES = {
    "migration_lock.toml": 'provider = "sqlite"',
    "20260102000000_b/migration.sql": "B",
    "20260101000000_a/migration.sql": "A",
    "20260101000000_a/notes.md": "ignored",
    "README.md": "ignored",
}


def test_a_history_is_read_in_the_order_of_its_names() -> None:
    history = history_of(FILES)
    assert history.names == ("20260101000000_a", "20260102000000_b")
    assert history.lock == Lock(("sqlite",))
    assert history.migrations[0].script("sqlite") == "A"


def test_a_portable_migration_has_a_script_for_each_database_or_one_for_all() -> None:
    history = history_of(
        {"1_a/migration.sqlite.sql": "S", "1_a/migration.postgresql.sql": "P", "2_b/migration.sql": "X"}
    )
    scripts = [(m.script("sqlite"), m.script("postgresql")) for m in history.migrations]
    assert scripts == [("S", "P"), ("X", "X")]


def test_a_folder_without_a_script_is_named() -> None:
    with pytest.raises(MigrationError, match="P3015: the folder 1_a"):
        history_of({}, folders=["1_a"])
    half = history_of({"1_a/migration.sqlite.sql": "S"})
    with pytest.raises(MigrationError, match="no script for postgresql"):
        half.migrations[0].script("postgresql")


@pytest.mark.parametrize("providers", [("sqlite",), ("postgresql",), ("sqlite", "postgresql")])
def test_a_lock_file_says_what_was_written(providers: tuple[str, ...]) -> None:
    assert lock_of(lock_text(providers)) == Lock(providers)


@pytest.mark.parametrize("text", ["", "provider = ", 'provider = "portable"', "provider = 3x"])
def test_a_lock_file_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(MigrationError, match=r"migration_lock\.toml"):
        lock_of(text)


@pytest.mark.proves("Migrations", "a history of another provider is refused with the way out (P3019)")
@pytest.mark.parametrize(
    ("locked", "wanted", "fits"),
    [
        (None, ["sqlite"], True),
        (["sqlite"], ["sqlite"], True),
        (["sqlite"], ["postgresql"], False),
        (["sqlite"], ["sqlite", "postgresql"], False),
        (["sqlite", "postgresql"], ["postgresql"], True),
        (["sqlite", "postgresql"], ["postgresql", "sqlite"], True),
    ],
)
def test_a_history_serves_the_databases_it_is_written_for(
    locked: list[str] | None, wanted: list[str], fits: bool
) -> None:
    lock = Lock(tuple(locked)) if locked else None
    if fits:
        check_lock(lock, wanted)
        return
    with pytest.raises(MigrationError) as caught:
        check_lock(lock, wanted)
    assert caught.value.code == "P3019"
    assert "providers = " in (caught.value.help or "")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("init", "20260102030405_init"),
        ("Add User.email!", "20260102030405_add_user_email"),
        ("  ", "20260102030405"),
        ("größe", "20260102030405_gr_e"),
    ],
)
def test_a_migrations_name_is_a_stamp_and_words(title: str, expected: str) -> None:
    assert migration_name("20260102030405", title) == expected


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(MigrationError, match="P3010"):
        migration_name("20260102030405", "x" * 201)


def test_a_checksum_forgives_line_ends_and_nothing_else() -> None:
    unix, windows = "SELECT 1;\nSELECT 2;\n", "SELECT 1;\r\nSELECT 2;\r\n"
    assert checksum("SELECT 1;") == "17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a"
    assert matches(unix, checksum(windows))
    assert matches(windows, checksum(unix))
    assert not matches(unix + " ", checksum(unix))


def test_a_snapshot_counts_only_for_the_history_it_was_taken_of() -> None:
    taken = snapshot_text("model A {}", ["1_a", "2_b"])
    files = {"1_a/migration.sql": "A", "2_b/migration.sql": "B", "2_b/schema.snapshot": taken}
    assert (latest_snapshot(history_of(files)) or "").strip() == "model A {}"
    merged = history_of({**files, "1_c/migration.sql": "C"})
    assert latest_snapshot(merged) is None
    assert latest_snapshot(History()) is None


def test_a_database_stands_where_names_and_checksums_say() -> None:
    files = {
        f"{n}/migration.sql": f"-- {n}"
        for n in ("1_same", "2_changed", "3_pending", "4_failed", "5_back", "6_again")
    }

    def row(
        name: str, *, finished: bool = True, rolled_back: bool = False, text: str | None = None
    ) -> LedgerRow:
        return LedgerRow("id", name, checksum(text or f"-- {name}"), finished, rolled_back)

    ledger = [
        row("1_same"),
        row("2_changed", text="other"),
        row("0_missing"),
        row("4_failed", finished=False),
        row("5_back", finished=False, rolled_back=True),
        row("6_again", finished=False, rolled_back=True),
        row("6_again"),
    ]
    assert standing(history_of(files), ledger, "sqlite") == Standing(
        applied=("1_same", "2_changed", "6_again"),
        pending=("3_pending", "5_back"),
        missing=("0_missing",),
        changed=("2_changed",),
        failed=("4_failed",),
    )


CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "histories"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize("name", [path.name for path in CORPUS.glob("*")] if CORPUS.is_dir() else [])
def test_histories_that_prisma_wrote_are_read(name: str) -> None:
    from nicol.ops.histories import read_history

    history = read_history(CORPUS / name / "migrations")
    assert history.migrations
    assert history.lock is not None
    check_lock(history.lock, history.lock.providers)
