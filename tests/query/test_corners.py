"""Where databases differ when nobody looks: each table row is held to one answer on both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nicol.errors import ForeignKeyViolation, QueryInvalid, RelationViolation, ValueInvalid
from tests.query.blog import Client, engine

SCHEMA = """
enum Role {
  ADMIN @map("an admin")
  GUEST @map("b,\\"g")
}

model Shelf {
  id     Int        @id @default(autoincrement())
  words  String[]
  blobs  Bytes[]
  roles  Role[]
  exact  Decimal[]
  times  DateTime[]
  flags  Boolean[]
  papers Json[]
}

model Thing {
  id    Int       @id @default(autoincrement())
  day   DateTime? @db.Date
  hour  DateTime? @db.Time(3)
  key   String?   @db.Uuid
  whole Int?
  small Int?      @db.SmallInt
  big   BigInt?
  cent  Decimal?
  ratio Float?
}

model Crate {
  mark Bytes
  row  Int
  kids Item[]

  @@id([mark, row])
}

model Item {
  id    Int   @id
  mark  Bytes
  row   Int
  crate Crate @relation(fields: [mark, row], references: [mark, row])
}

/// Its table is called as an alias might be.
model Parent {
  id       Int     @id
  seen     Boolean @default(false)
  children Child[]
  badge    Badge?

  @@map("t1")
}

model Child {
  id       Int    @id
  parent   Parent @relation(fields: [parentId], references: [id])
  parentId Int

  @@map("T2")
}

model Badge {
  id       Int    @id @default(autoincrement())
  parent   Parent @relation(fields: [parentId], references: [id])
  parentId Int    @unique
}
"""


@pytest.fixture
def db(database_url: str) -> Iterator[Client]:
    """A client of a fresh and empty database."""
    client = Client(database_url, HEAD + SCHEMA)
    yield client
    client.database.close()


HEAD = 'datasource db {\n  provider = "postgresql"\n  url      = env("CORNERS_URL")\n}\n'
MOMENT = datetime(2024, 3, 1, 10, 11, 12, 987000, UTC)
ITEMS: list[tuple[str, Any]] = [
    ("words", 'b,"c\\'),
    ("words", "NULL"),
    ("words", ""),
    ("blobs", b"\x00\xff"),
    ("roles", "GUEST"),
    ("exact", Decimal("1.5")),
    ("times", MOMENT),
    ("flags", True),
]


@pytest.mark.parametrize(("field", "item"), ITEMS)
def test_lists_are_asked_for_their_items(db: Client, field: str, item: Any) -> None:
    db("Shelf", "create", data={field: [item]})
    db("Shelf", "create", data={})
    tests: list[tuple[dict[str, Any], list[int]]] = [
        ({field: {"has": item}}, [1]),
        ({field: {"has_some": [item]}}, [1]),
        ({field: {"has_every": [item]}}, [1]),
        ({field: {"has_every": []}}, [1]),
        ({field: {"has_some": []}}, []),
        ({field: {"equals": [item]}}, [1]),
        ({field: {"is_empty": True}}, [2]),
        ({"NOT": {field: {"has": item}}}, []),  # of a list that was never written nothing is known
        ({"NOT": {field: {"has_some": []}}}, [1]),
    ]
    for where, found in tests:
        assert [row.id for row in db("Shelf", "find_many", where=where)] == found, where


@pytest.mark.parametrize("papers", [[{"a": 1}, "x", [1], True, 1.5], [], [[]]])
def test_lists_of_json_are_written_and_extended(db: Client, papers: list[Any]) -> None:
    assert db("Shelf", "create", data={"papers": papers}).papers == papers
    pushed = db("Shelf", "update", where={"id": 1}, data={"papers": {"push": [{"b": 2}]}})
    assert pushed.papers == [*papers, {"b": 2}]
    assert db("Shelf", "update", where={"id": 1}, data={"papers": {"set": papers}}).papers == papers
    assert db("Shelf", "count", where={"papers": {"equals": papers}}) == 1
    (made,) = db("Shelf", "create_many_and_return", data=[{"papers": papers}])
    assert made.papers == papers


@pytest.mark.parametrize(
    "shelf",
    [
        {
            "words": ["a", ""],
            "blobs": [b"", b"\x00\\"],
            "roles": ["ADMIN", "GUEST"],
            "exact": ["1.50"],
            "times": [MOMENT],
            "flags": [True],
        },
        {"words": [], "blobs": [], "roles": [], "exact": [], "times": [], "flags": []},
    ],
)
def test_lists_of_every_type_are_written_with_many_rows(db: Client, shelf: dict[str, Any]) -> None:
    alone = db("Shelf", "create", data=shelf)
    made = db("Shelf", "create_many_and_return", data=[shelf, {"words": ["other"], **shelf}])
    for row in made:
        assert {**vars(row), "id": 0} == {**vars(alone), "id": 0}


UUID = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("day", MOMENT, datetime(2024, 3, 1, tzinfo=UTC)),
        ("hour", MOMENT, datetime(1970, 1, 1, 10, 11, 12, 987000, UTC)),
        ("key", UUID, UUID.lower()),
    ],
)
def test_native_types_keep_the_same_on_every_database(db: Client, field: str, value: Any, kept: Any) -> None:
    assert getattr(db("Thing", "create", data={field: value}), field) == kept
    assert db("Thing", "count", where={field: value}) == 1
    (made,) = db("Thing", "create_many_and_return", data=[{field: value}])
    assert getattr(made, field) == kept
    assert db("Thing", "update_each", data=[{"id": made.id, field: value}], key="id") == 1
    assert db("Thing", "upsert_many", data=[{"id": made.id, field: value}], key="id") == (0, 1)
    assert db("Thing", "count", where={field: {"in": [value]}}) == 2


def test_a_text_that_is_no_uuid_is_told_before_the_database_sees_it(db: Client) -> None:
    with pytest.raises(ValueInvalid, match=r"P2006.*expected a UUID"):
        db("Thing", "create", data={"key": "zz"})


@pytest.mark.parametrize(
    ("field", "start", "change", "code"),
    [
        ("whole", 5, {"divide": 0}, "P2006"),
        ("cent", 5, {"divide": "0.00"}, "P2006"),
        ("ratio", 5, {"divide": 0.0}, "P2006"),
        ("whole", 2**31 - 1, {"increment": 1}, "P2020"),
        ("big", 2**63 - 1, {"multiply": 2}, "P2020"),
        ("big", -(2**63), {"decrement": 1}, "P2020"),
        ("small", 2**15 - 1, {"increment": 1}, "P2020"),
    ],
)
def test_a_calculation_beyond_the_type_changes_nothing(
    db: Client, field: str, start: int, change: dict[str, Any], code: str
) -> None:
    db("Thing", "create", data={field: start})
    with pytest.raises(ValueInvalid) as told:
        db("Thing", "update_many", data={field: change})
    assert told.value.code == code
    assert getattr(db("Thing", "find_first"), field) == start


def test_a_calculation_with_nothing_is_nothing(db: Client) -> None:
    db("Thing", "create", data={})
    assert db("Thing", "update", where={"id": 1}, data={"whole": {"increment": 1}}).whole is None


def test_keys_of_bytes_and_numbers_lead_to_their_rows(db: Client) -> None:
    db("Crate", "create", data={"mark": b"\x01\xff", "row": 1, "kids": {"create": [{"id": 1}, {"id": 2}]}})
    (crate,) = db("Crate", "find_many", include={"kids": True})
    assert [kid.id for kid in crate.kids] == [1, 2]
    assert db("Item", "find_first", include={"crate": True}).crate.mark == b"\x01\xff"


def test_a_table_may_be_called_as_an_alias_is(db: Client) -> None:
    db("Parent", "create", data={"id": 1, "children": {"create": {"id": 7}}})
    db("Parent", "create", data={"id": 2})
    assert db("Parent", "update_many", where={"children": {"some": {}}}, data={"seen": True}) == 1
    assert db("Parent", "delete_many", where={"children": {"none": {"parent": {"is": {"id": 1}}}}}) == 1
    assert [(row.id, row.seen) for row in db("Parent", "find_many")] == [(1, True)]


def test_a_required_one_to_one_relation_is_made_where_there_is_none(db: Client) -> None:
    db("Parent", "create", data={"id": 1})
    for _ in range(2):
        db(
            "Parent",
            "update",
            where={"id": 1},
            data={"badge": {"connect_or_create": {"where": {"id": 1}, "create": {}}}},
        )
    db("Parent", "update", where={"id": 1}, data={"badge": {"connect": {"id": 1}}})
    with pytest.raises(RelationViolation, match="P2014"):
        db("Parent", "update", where={"id": 1}, data={"badge": {"create": {}}})
    assert db("Badge", "count") == 1


def test_rows_of_defaults_may_skip_duplicates(db: Client) -> None:
    assert db("Shelf", "create_many", data=[{}, {}], skip_duplicates=True) == 2


def test_thousands_of_alternatives_are_one_filter(db: Client) -> None:
    db("Thing", "create", data={})
    assert db("Thing", "count", where={"OR": [{"id": number} for number in range(3000)]}) == 1


def test_pages_of_an_order_with_ties_hold_every_row_once(db: Client) -> None:
    db("Parent", "create_many", data=[{"id": number} for number in (5, 3, 1, 4, 2)])
    pages = [db("Parent", "find_many", order={"seen": "asc"}, take=2, skip=skip) for skip in (0, 2, 4)]
    assert [row.id for page in pages for row in page] == [1, 2, 3, 4, 5]
    assert [row.id for row in db("Parent", "find_many", take=-2, order={"seen": "asc"})] == [4, 5]


def test_arguments_that_are_nested_without_end_are_an_error_in_a_sentence(db: Client) -> None:
    where: dict[str, Any] = {"id": 1}
    for _ in range(2000):
        where = {"NOT": where}
    with pytest.raises(QueryInvalid, match="nested too deeply"):
        db("Thing", "count", where=where)


def test_a_row_that_others_need_is_kept(db: Client) -> None:
    db("Parent", "create", data={"id": 1, "children": {"create": {"id": 7}}})
    with pytest.raises(ForeignKeyViolation) as told:
        db("Parent", "delete", where={"id": 1})
    assert (told.value.code, told.value.fields) in (
        ("P2003", ("parentId",)),
        ("P2003", ()),
    )  # SQLite names nothing


def test_json_without_end_is_an_error_in_a_sentence(db: Client) -> None:
    papers: list[Any] = []
    for _ in range(100_000):
        papers = [papers]
    with pytest.raises(ValueInvalid, match="cannot be written as JSON"):
        db("Shelf", "create", data={"papers": papers})


def test_rows_of_binary_and_compound_keys_are_related_in_bulk(db: Client) -> None:
    crates = [
        {"mark": bytes([number, 0, 255]), "row": number, "kids": {"create": [{"id": number}]}}
        for number in (1, 2)
    ]
    assert db("Crate", "create_many", data=crates) == 2
    key = {"mark_row": {"mark": b"\x01\x00\xff", "row": 1}}
    either = {"where": {"mark_row": {"mark": b"3", "row": 3}}, "create": {"mark": b"3", "row": 3}}
    items = [{"id": 5, "crate": {"connect": key}}, {"id": 6, "crate": {"connect_or_create": either}}]
    made = db("Item", "create_many_and_return", data=items, include={"crate": True})
    assert [(item.mark, item.crate.row) for item in made] == [(b"\x01\x00\xff", 1), (b"3", 3)]
    db("Crate", "update", where=key, data={"kids": {"connect": [{"id": 2}, {"id": 6}]}})
    assert [item.id for item in db("Item", "find_many", where={"row": 1}, order={"id": "asc"})] == [
        1,
        2,
        5,
        6,
    ]
    rows = [{"mark": b"3", "row": 3}, {"mark": b"4", "row": 4}]
    assert db("Crate", "upsert_many", data=rows, key="mark_row") == (1, 0)
    moved = [{"id": 1, "mark": b"4", "row": 4}, {"id": 2, "mark": b"3", "row": 3}]
    assert db("Item", "update_each", data=moved, key="id") == 2
    assert [
        item.mark for item in db("Item", "find_many", where={"id": {"in": [1, 2]}}, order={"id": "asc"})
    ] == [b"4", b"3"]


FACT = """
generator client {
  provider        = "nicol"
  previewFeatures = ["views"]
}

KIND Fact {
  code  Int?   @unique
  left  Int
  slug  String @unique

  @@unique([code, left])
}
"""


@pytest.mark.proves("Client", "rows are told apart by a key that is never null")
@pytest.mark.parametrize("kind", ["model", "view"])
def test_rows_are_told_apart_by_a_key_that_is_never_null(kind: str) -> None:
    for provider in ("sqlite", "postgresql"):
        assert engine(FACT.replace("KIND", kind), provider).models.by_name["Fact"].id == ("slug",)
