"""Every value that a field can hold comes back as it was, on both databases and in both ways of storing on SQLite."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nicol.dialects import named
from nicol.drivers.connection import run
from nicol.errors import ValueInvalid
from nicol.schema.schema import Arity, NativeType, Scalar, Schema
from nicol.sql.json import JsonNull
from nicol.sql.program import Begin, Program, Rollback, Statement
from tests.query.blog import Client, Role

NOTHING = Schema(None, (), (), (), ())

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
ROWS = st.fixed_dictionaries(
    {
        "name": st.none() | TEXTS,
        "role": st.sampled_from(Role),
        "age": st.none() | st.integers(-(2**31), 2**31 - 1),
        "score": st.floats(allow_nan=False, allow_infinity=False),
        "balance": st.decimals(-(10**34), 10**34, places=30),
        "active": st.booleans(),
        "views": st.integers(-(2**63), 2**63 - 1),
        "avatar": st.none() | st.binary(),
        "settings": JSON,
        "joined": MOMENTS,
    }
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.proves("Client", "every scalar comes back exactly as it was written")
@QUICK
@given(row=ROWS)
def test_values_come_back_as_they_were(db: Client, row: dict[str, Any]) -> None:
    with db.database.session(True) as connection:
        connection.say(Begin())
        data = {"email": "x", **row}
        made = run(db.engine.program("User", "create", {"data": data}, in_transaction=True), connection)
        many = run(db.engine.program("User", "create_many", {"data": [{**data, "email": "y"}]}), connection)
        found = run(db.engine.program("User", "find_unique", {"where": {"email": "y"}}), connection)
        connection.say(Rollback())
    assert many == 1
    for read in (made, found):
        for field, value in row.items():
            assert getattr(read, field) == _kept(value), field


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


@QUICK
@given(
    words=st.lists(TEXTS, max_size=3),
    sizes=st.lists(st.integers(-(2**31), 2**31 - 1), max_size=3),
    roles=st.lists(st.sampled_from(Role), max_size=3),
    exact=st.lists(st.decimals(-(10**34), 10**34, places=30), max_size=3),
    at=MOMENTS,
)
def test_lists_come_back_as_they_were(db: Client, **row: Any) -> None:
    with db.database.session(True) as connection:
        connection.say(Begin())
        made = run(db.engine.program("Gear", "create", {"data": row}, in_transaction=True), connection)
        for field in ("words", "sizes", "roles", "exact"):
            where = {field: {"equals": row[field]}}
            assert run(db.engine.program("Gear", "count", {"where": where}), connection) == 1, field
        connection.say(Rollback())
    for field, value in row.items():
        assert getattr(made, field) == value, field


@QUICK
@given(value=JSON.filter(lambda value: value is not None))
def test_json_is_found_by_its_value(db: Client, value: Any) -> None:
    with db.database.session(True) as connection:
        connection.say(Begin())
        data = {"shop": "s", "type": "t", "value": value}
        run(db.engine.program("Fact", "create", {"data": data}, in_transaction=True), connection)
        where = {"value": {"equals": value}}
        assert run(db.engine.program("Fact", "count", {"where": where}), connection) == 1
        assert run(db.engine.program("Fact", "count", {"where": {"NOT": where}}), connection) == 0
        connection.say(Rollback())


def test_json_has_a_null_of_its_own(db: Client) -> None:
    db("User", "create", data={"email": "nothing", "settings": None})
    db("User", "create", data={"email": "null", "settings": JsonNull})
    found = {row.email: row.settings for row in db("User", "find_many")}
    assert found == {"nothing": None, "null": None}
    assert [row.email for row in db("User", "find_many", where={"settings": None})] == ["nothing"]
    assert [row.email for row in db("User", "find_many", where={"settings": {"equals": JsonNull}})] == [
        "null"
    ]


@pytest.mark.proves("Client", "a moment without a zone is UTC, and is found by what was written")
def test_moments_are_in_utc(db: Client) -> None:
    local = datetime(2024, 5, 1, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    for email, joined in (("zone", local), ("naive", datetime(2024, 5, 1, 7, 30, 0, 123999))):  # noqa: DTZ001
        made = db("User", "create", data={"email": email, "joined": joined})
        assert made.joined == datetime(2024, 5, 1, 7, 30, 0, 123000, tzinfo=UTC)
    assert db("User", "count", where={"joined": local}) == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("age", 2**31, "out of range: expected an int from -2147483648 to 2147483647"),
        ("age", True, "expected an int, got bool"),
        ("age", 1.0, "expected an int, got float"),
        ("views", 2**63, "out of range"),
        ("name", 3, "expected a str, got int"),
        ("name", {"a": 1}, "expected a str, got dict"),
        ("name", "a\0b", "U+0000"),
        ("score", "1", "expected a float, got str"),
        ("balance", 1.5, "expected a Decimal, an int or a decimal string, got float"),
        ("balance", "ten", "expected a decimal number, got another text"),
        ("balance", Decimal("NaN"), "expected a finite number"),
        ("balance", Decimal(10) ** 35, "expected at most 35 digits before the point"),
        ("active", 1, "expected a bool, got int"),
        ("avatar", "x", "expected bytes, got str"),
        ("joined", "2024-01-01", "expected a datetime, got str"),
        ("role", "KING", "expected one of READER, WRITER, ADMIN, got another text"),
        ("settings", {"a": object()}, "cannot be written as JSON"),
        ("settings", math.nan, "cannot be written as JSON"),
    ],
)
def test_a_wrong_value_is_told_in_a_sentence(db: Client, field: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueInvalid) as found:
        db("User", "create", data={"email": "x", field: value})
    assert sentence in found.value.message
    assert (found.value.model, found.value.fields) == ("User", (field,))


@pytest.mark.parametrize("field", ["age", "views", "balance", "score", "active", "avatar", "joined", "role"])
def test_a_wrong_value_is_never_shown_since_it_may_be_a_secret(db: Client, field: str) -> None:
    with pytest.raises(ValueInvalid) as found:
        db("User", "create", data={"email": "x", field: "s3cret-canary"})
    assert "s3cret" not in str(found.value)
    assert db("User", "count") == 0


# ---- SQLite as Prisma keeps it -----------------------------------------------------------------------------------

MOMENT = datetime(2024, 5, 1, 7, 30, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        (1714548600123, MOMENT),
        ("2024-05-01T07:30:00.123+00:00", MOMENT),
        ("2024-05-01T07:30:00.123Z", MOMENT),
        ("2024-05-01 07:30:00", MOMENT.replace(microsecond=0)),
        ("2024-05-01 07:30:00 +00:00", MOMENT.replace(microsecond=0)),
        ("2024-05-01 07:30:00 UTC", MOMENT.replace(microsecond=0)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    ],
)
@pytest.mark.proves("Databases", "all forms of DateTime that Prisma's SQLite files hold are read")
def test_moments_in_any_form_of_prisma_are_read(stored: Any, read: datetime) -> None:
    codec = named("sqlite").codec(Scalar.DATETIME, Arity.REQUIRED, None, NOTHING)
    assert codec.decode is not None and codec.decode(stored) == read
    assert codec.encode is not None and codec.encode(MOMENT) == "2024-05-01T07:30:00.123+00:00"


@pytest.mark.parametrize(
    ("stored", "read"),
    [(2, Decimal(2)), (0.1, Decimal("0.1")), ("12345678901234567890.12", Decimal("12345678901234567890.12"))],
)
def test_decimals_in_any_form_of_prisma_are_read(stored: Any, read: Decimal) -> None:
    codec = named("sqlite").codec(Scalar.DECIMAL, Arity.REQUIRED, None, NOTHING)
    assert codec.decode is not None and codec.decode(stored) == read


@pytest.mark.parametrize(
    ("native", "value", "kept"),
    [
        (NativeType("Decimal", (10, 2)), "12.345", "12.35"),
        (NativeType("Decimal", (10, 2)), "12.30", "12.3"),
        (NativeType("Decimal", (10,)), "12.5", "13"),
        (None, "1E+3", "1000"),
        (None, "-0.0", "0"),
    ],
)
def test_decimals_have_one_spelling(native: NativeType | None, value: str, kept: str) -> None:
    codec = named("sqlite", portable=True).codec(Scalar.DECIMAL, Arity.REQUIRED, native, NOTHING)
    assert codec.encode is not None and codec.encode(value) == kept


def test_a_file_of_prisma_is_read_and_written(sqlite_url: str) -> None:
    db = Client(sqlite_url, PRISMA, portable=False)
    db.database.run(_say("INSERT INTO Old (at, amount, open) VALUES (1714548600123, 1.5, 1)"), True)
    db.database.run(_say("INSERT INTO Old (at, amount, open) VALUES ('2024-05-01 07:30:00', 2, 0)"), True)
    made = db(
        "Old", "create", data={"at": MOMENT, "amount": "3.25", "open": True, "kind": "B", "more": {"b": [1]}}
    )
    assert (made.amount, made.more) == (Decimal("3.25"), {"b": [1]})
    assert [row.at.year for row in db("Old", "find_many")] == [2024, 2024, 2024]
    assert db("Old", "count", where={"amount": {"gte": "1.50", "in": ["1.5", "3.25"]}}) == 2
    assert db("Old", "update", where={"id": 3}, data={"amount": {"increment": "0.5"}}).amount == Decimal(
        "3.75"
    )
    db("Old", "update_many", data={"name": "Straße"})
    assert db("Old", "count", where={"name": {"contains": "STRA"}}) == 3  # as Prisma's LIKE has it
    db.database.run(_say("UPDATE Old SET at = 'tomorrow' WHERE id = 2"), True)
    with pytest.raises(ValueInvalid, match=r"P2023.*Old\.at"):
        db("Old", "find_many")
    db.database.close()


PRISMA = """
datasource db {
  provider = "sqlite"
}
enum Role {
  A
  B @map("b")
}
model Old {
  id     Int      @id @default(autoincrement())
  at     DateTime
  amount Decimal
  open   Boolean
  kind   Role     @default(A)
  name   String?
  more   Json?
}
"""


def _say(text: str) -> Program[None]:
    yield Statement(text)
