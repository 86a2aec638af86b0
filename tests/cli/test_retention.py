"""Retention from the command line: what goes, what stays and why, on both databases, beside writers and through kills."""

from __future__ import annotations

import json
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nicol.drivers import open_database
from nicol.sql.program import Begin, Row, Statement, ask, rows, transaction

from .conftest import Shop

pytestmark = pytest.mark.slow

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

/// @nicol.retain(days: 30, by: at, unless: hold)
model Session {
  id    Int      @id
  at    DateTime
  hold  Boolean  @default(false)
  notes Note[]
  marks Mark[]
  @@index([at])
}

/// @nicol.retain(days: 30, by: seen, unless: reason)
model Visit {
  id     Int       @id
  seen   DateTime? @db.Timestamptz(6)
  reason String?
  @@index([seen])
}

/// @nicol.retain(days: 30, by: day)
model Day {
  id  Int      @id
  day DateTime @db.Date
}

/// @nicol.remind(at: rotateAt, name: kind, ahead: 30, unless: revokedAt)
model Secret {
  id        Int       @id
  kind      String
  rotateAt  DateTime?
  revokedAt DateTime?
  @@index([rotateAt])
}

/// @nicol.remind(at: until)
model Contract {
  shop  String
  year  Int
  until DateTime @db.Date
  @@id([shop, year])
  @@index([until])
}

model Note {
  id        Int     @id
  sessionId Int
  session   Session @relation(fields: [sessionId], references: [id], onDelete: Cascade)
}

model Mark {
  id        Int     @id
  sessionId Int
  session   Session @relation(fields: [sessionId], references: [id], onDelete: Restrict)
}
"""


def read(url: str, text: str) -> list[Row]:
    with open_database(url) as database:
        return database.run(rows(text), write=False)


def write(url: str, *texts: str) -> None:
    with open_database(url) as database:
        for text in texts:
            database.run(ask(Statement(text)), write=True)


def ago(days: float) -> str:
    """A time in the past, as Nicol writes it."""
    return f"'{(datetime.now(UTC) - timedelta(days=days)).isoformat(timespec='milliseconds')}'"


def day(days: float) -> str:
    """A day in the past."""
    return f"'{(datetime.now(UTC) - timedelta(days=days)).date().isoformat()}'"


def answer(shop: Shop, *arguments: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shop.run(*arguments, "--json", code=code).out)
    return found


@pytest.fixture
def office(living_shop: Shop) -> Shop:
    """A project whose tables are there and empty."""
    living_shop.schema(SCHEMA)
    living_shop.run("db", "push")
    return living_shop


@pytest.mark.proves(
    "Operations", "retention deletes rows whose time is over, and keeps those that are held or protected"
)
def test_what_goes_and_what_stays(office: Shop) -> None:
    assert office.url
    write(
        office.url,
        'INSERT INTO "Session" ("id", "at", "hold") VALUES '
        f"(1, {ago(40)}, false), (2, {ago(31)}, false), (3, {ago(29.9)}, false), (4, {ago(50)}, true), (5, {ago(60)}, false)",
        'INSERT INTO "Note" VALUES (1, 1), (2, 3)',
        'INSERT INTO "Mark" VALUES (1, 5)',
        f"INSERT INTO \"Visit\" VALUES (1, {ago(31)}, NULL), (2, {ago(31)}, 'audit'), (3, NULL, NULL), (4, {ago(1)}, NULL)",
        f'INSERT INTO "Day" VALUES (1, {ago(32)}), (2, {ago(28)})',
    )
    due = {each["model"]: each for each in answer(office, "retention", "plan")["models"]}
    assert {name: each["rows"] for name, each in due.items()} == {"Session": 2, "Visit": 1, "Day": 1}
    assert due["Session"]["guards"] == ["Mark"]
    assert {name: each["indexed"] for name, each in due.items()} == {
        "Session": True,
        "Visit": True,
        "Day": False,
    }
    done = {each["model"]: each["deleted"] for each in answer(office, "retention", "run")["models"]}
    assert done == {"Session": 2, "Visit": 1, "Day": 1}
    assert read(office.url, 'SELECT "id" FROM "Session" ORDER BY "id"') == [(3,), (4,), (5,)]
    assert read(office.url, 'SELECT "id" FROM "Note"') == [(2,)]
    assert read(office.url, 'SELECT "id" FROM "Visit" ORDER BY "id"') == [(2,), (3,), (4,)]
    assert read(office.url, 'SELECT "id" FROM "Day"') == [(2,)]
    assert "Nothing is due" in office.run("retention", "plan").out


FORMS = [
    ("{:%Y-%m-%dT%H:%M:%S}.000+00:00", "as Nicol and Prisma write it"),
    ("{:%Y-%m-%dT%H:%M:%S}.000Z", "with a Z"),
    ("{:%Y-%m-%d %H:%M:%S}", "as CURRENT_TIMESTAMP writes it"),
    ("{:%Y-%m-%d %H:%M:%S} +00:00", "with a zone behind a blank"),
    ("{:%Y-%m-%d %H:%M:%S} UTC", "with the zone's name"),
]


@pytest.mark.proves(
    "Operations",
    "retention takes no form of time in SQLite files for older",
    on=("sqlite",),
)
def test_no_form_of_time_is_taken_for_older(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.schema(SCHEMA)
    here.run("db", "push")
    edge = datetime.now(UTC) - timedelta(days=30)
    old, young = edge - timedelta(minutes=5), edge + timedelta(minutes=5)
    forms = [f"'{form.format(moment)}'" for form, _ in FORMS for moment in (old, young)]
    forms += [str(round(moment.timestamp() * 1000)) for moment in (old, young)]
    forms += ["'no time at all'", "''", "'12:00:00'"]
    values = ", ".join(f"({number}, {form})" for number, form in enumerate(forms))
    write(sqlite_url, f'INSERT INTO "Session" ("id", "at") VALUES {values}')
    here.run("retention", "run")
    kept = [number for (number,) in read(sqlite_url, 'SELECT "id" FROM "Session" ORDER BY "id"')]
    assert kept == [*range(1, 12, 2), 12, 13, 14]


@pytest.mark.proves("Operations", "retention stops at its budget of rows or time, and goes on from there")
def test_a_run_stops_at_its_budget(office: Shop) -> None:
    assert office.url
    fill(office.url, 3000)
    first = answer(office, "retention", "run", "--model", "Session", "--max-rows", "1234")["models"]
    assert [(each["deleted"], each["remaining"]) for each in first] == [(1234, 1766)]
    none = answer(office, "retention", "run", "--max-time", "0s")["models"]
    assert sum(each["deleted"] for each in none) == 0
    assert read(office.url, 'SELECT min("id") FROM "Session"') == [(1234,)]
    office.run("retention", "run")
    assert read(office.url, 'SELECT count(*) FROM "Session"') == [(0,)]


def fill(url: str, count: int) -> None:
    """Old sessions, the oldest with the smallest numbers."""
    for start in range(0, count, 1000):
        values = (f"({number}, {ago(400 - number / 1000)}, false)" for number in range(start, start + 1000))
        write(url, f'INSERT INTO "Session" ("id", "at", "hold") VALUES {", ".join(values)}')


@pytest.mark.proves("Operations", "retention that is killed goes on where it stopped")
def test_a_killed_run_goes_on(office: Shop) -> None:
    assert office.url
    fill(office.url, 20_000)
    process = office.start("retention", "run")
    while read(office.url, 'SELECT count(*) FROM "Session"') == [(20_000,)]:
        assert process.poll() is None or read(office.url, 'SELECT count(*) FROM "Session"') != [(20_000,)]
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    ((left,),) = read(office.url, 'SELECT count(*) FROM "Session"')
    assert read(office.url, 'SELECT count(*) FROM "Session" WHERE "id" >= ' + str(20_000 - left)) == [(left,)]
    office.run("retention", "run")
    assert read(office.url, 'SELECT count(*) FROM "Session"') == [(0,)]


@pytest.mark.proves("Operations", "retention passes over rows that somebody has locked", on=("postgresql",))
def test_locked_rows_wait_for_the_next_run(shop: Shop, postgres_url: str) -> None:
    there = shop.on(postgres_url)
    there.schema(SCHEMA)
    there.run("db", "push")
    fill(postgres_url, 1000)
    with open_database(postgres_url) as database, database.session(write=True) as connection:
        connection.say(Begin())
        connection.say(Statement('SELECT 1 FROM "Session" WHERE "id" = 7 FOR UPDATE'))
        swept = answer(there, "retention", "run", "--model", "Session")["models"]
    assert [(each["deleted"], each["remaining"]) for each in swept] == [(999, 1)]


@pytest.mark.proves("Operations", "retention does not disturb writers")
def test_writers_go_on(office: Shop) -> None:
    assert office.url
    fill(office.url, 20_000)
    over, failures, written = threading.Event(), list[Exception](), [0]

    def work() -> None:
        try:
            with open_database(office.url or "") as database:
                while not over.is_set():
                    number = 100_000 + written[0]
                    text = f'INSERT INTO "Session" ("id", "at", "hold") VALUES ({number}, {ago(0)}, false)'
                    database.run(transaction(ask(Statement(text))), write=True)
                    written[0] += 1
        except Exception as error:  # noqa: BLE001 - the test tells it
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    office.run("retention", "run")
    over.set()
    thread.join()
    assert not failures
    assert read(office.url, 'SELECT count(*) FROM "Session"') == [(written[0],)]


def test_a_model_without_retention_is_named(office: Shop) -> None:
    refused = office.run("retention", "run", "--model", "Note", code=1).err
    assert "`Note` is no model with @nicol.retain" in refused and "Session, Visit, Day" in refused


@pytest.mark.proves("Operations", "children go before the parents that they point at")
def test_children_go_first(living_shop: Shop) -> None:
    assert living_shop.url
    living_shop.schema(
        'datasource db {\n  provider = "postgresql"\n}\n\n'
        "/// @nicol.retain(days: 1, by: at)\nmodel Parent {\n  id Int @id\n  at DateTime\n"
        "  children Child[]\n  @@index([at])\n}\n\n"
        "/// @nicol.retain(days: 1, by: at)\nmodel Child {\n  id Int @id\n  at DateTime\n  parentId Int\n"
        "  parent Parent @relation(fields: [parentId], references: [id])\n  @@index([at])\n}\n"
    )
    living_shop.run("db", "push")
    write(
        living_shop.url,
        f'INSERT INTO "Parent" VALUES (1, {ago(3)}), (2, {ago(3)})',
        f'INSERT INTO "Child" VALUES (1, {ago(3)}, 1), (2, {ago(0)}, 2)',
    )
    living_shop.run("retention", "run")
    assert read(living_shop.url, 'SELECT "id" FROM "Parent"') == [(2,)]
    assert read(living_shop.url, 'SELECT "id" FROM "Child"') == [(2,)]


@pytest.mark.proves("Operations", "what has to be seen to in time is told by name")
def test_reminders_are_told(office: Shop) -> None:
    assert office.url
    write(
        office.url,
        f"""INSERT INTO "Secret" ("id", "kind", "rotateAt", "revokedAt") VALUES
        (1, 'overdue', {ago(2)}, NULL), (2, 'coming', {ago(-29.9)}, NULL), (3, 'far away', {ago(-30.1)}, NULL),
        (4, 'revoked', {ago(9)}, {ago(1)}), (5, 'needs nothing', NULL, NULL), (6, 'just now', {ago(0.001)}, NULL)""",
        f"""INSERT INTO "Contract" VALUES ('Bonn', 2024, {day(-3)}), ('Bonn', 2025, {day(-20)}), ('Bonn', 2023, {day(4)})""",
    )
    found = answer(office, "retention", "plan")["reminders"]
    assert [(each["model"], each["name"], each["overdue"]) for each in found] == [
        ("Contract", "Bonn, 2023", True),
        ("Secret", "overdue", True),
        ("Secret", "just now", True),
        ("Contract", "Bonn, 2024", False),
        ("Secret", "coming", False),
    ]
    said = office.run("retention", "plan").out
    assert "3 overdue and 2 coming" in said and "Secret overdue" in said
    assert len(answer(office, "retention", "plan", "--model", "Session")["reminders"]) == 0
    complaints = [each for looked in answer(office, "doctor")["looked"] for each in looked["complaints"]]
    assert [each["text"].split(" had ")[0] for each in complaints if each["code"] == "reminder-overdue"] == [
        "Contract Bonn, 2023",
        "Secret overdue",
        "Secret just now",
    ]


@pytest.mark.proves(
    "Operations", "reminders understand all forms of times that a SQLite file holds", only="sqlite"
)
def test_reminders_understand_every_form_of_time(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.schema(SCHEMA)
    here.run("db", "push")
    soon = datetime.now(UTC) + timedelta(days=3)
    forms = [str(round(soon.timestamp() * 1000)), f"'{soon:%Y-%m-%d %H:%M:%S}'", f"'{soon.isoformat()}'"]
    for number, form in enumerate([*forms, "'never'"]):
        write(
            sqlite_url, f'INSERT INTO "Secret" ("id", "kind", "rotateAt") VALUES ({number}, {number}, {form})'
        )
    found = answer(here, "retention", "plan")["reminders"]
    assert sorted((each["name"], each["overdue"]) for each in found) == [
        ("0", False),
        ("1", False),
        ("2", False),
    ]
