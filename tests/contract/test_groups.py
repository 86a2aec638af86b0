"""Counting, adding up and grouping, on every database, blocking and awaited; a plain-Python reference is the judge."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nicol.errors import QueryInvalid, ValueInvalid

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def blog(db: Any) -> Any:
    """Three people with six posts."""
    ada = db.user.create(data={"email": "ada@x.org", "name": "Ada", "role": "ADMIN", "logins": 3})
    bob = db.user.create(data={"email": "bob@x.org", "name": "Bob", "managerId": ada.id, "logins": 1})
    cyd = db.user.create(data={"email": "cyd@x.org", "role": "GUEST", "managerId": ada.id, "logins": 1})
    for index, (author, views, day) in enumerate(
        [(ada, 10, 1), (ada, 20, 1), (ada, 0, 2), (bob, 20, 2), (bob, 5, 40), (cyd, 0, 40)]
    ):
        created = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
        db.post.create(
            data={
                "id": f"p{index}",
                "title": f"t{index}",
                "slug": None if index % 2 else f"s{index}",
                "views": views,
                "createdAt": created,
                "authorId": author.id,
            }
        )
    return db


# ---- pages as a whole --------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "count rows, values that are not null, and distinct rows")
def test_rows_and_values_are_counted(blog: Any) -> None:
    assert blog.post.count() == 6
    assert blog.post.count(where={"views": {"gt": 5}}) == 3
    assert blog.post.count(take=4) == 4
    assert blog.post.count(order={"id": "asc"}, cursor={"id": "p2"}, skip=1) == 3
    assert blog.post.count(distinct="views") == 4
    assert blog.post.count(distinct=["views", "authorId"]) == 6
    assert blog.post.count(distinct=["views"], take=3) == 3
    assert blog.post.count(select={"_all": True, "slug": True, "views": False}) == {"_all": 6, "slug": 3}
    assert blog.post.count(select=["_all", "slug"], where={"views": -1}) == {"_all": 0, "slug": 0}
    assert blog.post.count(select="slug", order={"id": "asc"}, take=1) == {"slug": 1}


AGGREGATES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"count": True}, {"_count": {"_all": 6}}),
    ({"count": {"_all": True, "slug": True}}, {"_count": {"_all": 6, "slug": 3}}),
    ({"count_distinct": ["views", "slug"]}, {"_count_distinct": {"views": 4, "slug": 3}}),
    ({"sum": {"views": True}, "avg": {"views": True}}, {"_sum": {"views": 55}, "_avg": {"views": 55 / 6}}),
    (
        {"min": ["views", "title"], "max": "title"},
        {"_min": {"views": 0, "title": "t0"}, "_max": {"title": "t5"}},
    ),
    ({"sum": "views", "where": {"views": -1}}, {"_sum": {"views": None}}),
    (
        {"count": True, "avg": "views", "min": "views", "where": {"views": -1}},
        {"_count": {"_all": 0}, "_avg": {"views": None}, "_min": {"views": None}},
    ),
    ({"sum": "views", "order": {"views": "desc"}, "take": 2}, {"_sum": {"views": 40}}),
    ({"sum": "views", "order": {"id": "asc"}, "take": -2}, {"_sum": {"views": 5}}),
    ({"sum": "views", "order": {"id": "asc"}, "skip": 1, "take": 2}, {"_sum": {"views": 20}}),
    (
        {"count": True, "max": "id", "order": {"id": "asc"}, "cursor": {"id": "p4"}},
        {"_count": {"_all": 2}, "_max": {"id": "p5"}},
    ),
    ({"sum": "views", "distinct": "views"}, {"_sum": {"views": 35}}),
]


@pytest.mark.proves("Client", "aggregate: count, count distinct, sum, avg, min and max of a page")
def test_a_page_is_measured_as_a_whole(blog: Any) -> None:
    found = [blog.post.aggregate(**asked) for asked, _ in AGGREGATES]
    assert found == [expected for _, expected in AGGREGATES]
    assert isinstance(blog.post.aggregate(avg="views")["_avg"]["views"], float)


@pytest.mark.proves("Client", "sums and averages of every kind of number, exact where the type is")
def test_every_kind_of_number_is_added_up_in_its_own_type(db: Any, target: Any) -> None:
    amounts = [Decimal("0.1"), Decimal("0.2"), Decimal("10.25"), None]
    for index, amount in enumerate(amounts):
        big = None if amount is None else 2**53 + index
        db.sample.create(
            data={"label": str(index), "whole": index, "big": big, "ratio": 0.5 * index, "amount": amount}
        )
    names = ["whole", "big", "ratio", "amount"]
    found = db.sample.aggregate(sum=names, avg=names, min=names, max=names)
    assert found["_sum"] == {"whole": 6, "big": 3 * 2**53 + 3, "ratio": 3.0, "amount": Decimal("10.55")}
    mean = Decimal("10.55") / 3
    assert found["_avg"]["whole"] == 1.5
    assert found["_avg"]["big"] == (3 * 2**53 + 3) / 3
    assert found["_avg"]["ratio"] == 0.75
    if target.exact:
        exact = Context(prec=60, rounding=ROUND_HALF_UP)
        thirds = exact.divide(Decimal("10.55"), Decimal(3))
        assert found["_avg"]["amount"] == thirds.quantize(Decimal(1).scaleb(-30), context=exact)
    else:
        assert math.isclose(found["_avg"]["amount"], mean)
    assert found["_min"] == {"whole": 0, "big": 2**53, "ratio": 0.0, "amount": Decimal("0.1")}
    assert found["_max"] == {"whole": 3, "big": 2**53 + 2, "ratio": 1.5, "amount": Decimal("10.25")}
    kinds = {name: type(found["_sum"][name]) for name in names}
    assert kinds == {"whole": int, "big": int, "ratio": float, "amount": Decimal}


@pytest.mark.proves("Client", "sums beyond 64 bits are told")
def test_a_sum_that_does_not_fit_is_told(db: Any) -> None:
    for label in "ab":
        db.sample.create(data={"label": label, "big": 2**63 - 1})
    with pytest.raises(ValueInvalid) as told:
        db.sample.aggregate(sum="big")
    assert told.value.code == "P2020"
    assert db.sample.aggregate(avg="big") == {"_avg": {"big": float(2**64) / 2}}


def test_the_least_and_the_greatest_of_every_ordered_type(db: Any) -> None:
    moments = [datetime(2026, 1, day, 1, 2, 3, 4000, tzinfo=UTC) for day in (3, 1, 2)]
    rows = zip("cab", moments, (True, False, True), ("MEMBER", "ADMIN", "GUEST"), strict=True)
    for label, moment, flag, role in rows:
        db.sample.create(data={"label": label, "moment": moment, "flag": flag, "role": role})
    names = ["label", "moment", "flag", "role"]
    found = db.sample.aggregate(min=names, max=names)
    assert found["_min"] == {"label": "a", "moment": moments[1], "flag": False, "role": "ADMIN"}
    assert found["_max"] == {"label": "c", "moment": moments[0], "flag": True, "role": "GUEST"}
    assert found["_min"]["role"].name == "ADMIN"


# ---- groups ------------------------------------------------------------------------------------------------------

GROUPS: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({"by": "views", "order": {"views": "asc"}}, [{"views": 0}, {"views": 5}, {"views": 10}, {"views": 20}]),
    (
        {"by": ["views"], "count": True, "order": [{"_count": "desc"}, {"views": "asc"}], "take": 2},
        [{"views": 0, "_count": {"_all": 2}}, {"views": 20, "_count": {"_all": 2}}],
    ),
    (
        {"by": "views", "count": {"slug": True}, "having": {"_count": {"gt": 1}}, "order": {"views": "desc"}},
        [{"views": 20, "_count": {"slug": 0}}, {"views": 0, "_count": {"slug": 1}}],
    ),
    (
        {"by": "views", "having": {"views": {"gt": 0, "_count": 1}}, "order": {"views": "asc"}},
        [{"views": 5}, {"views": 10}],
    ),
    (
        {
            "by": "views",
            "having": {"OR": [{"views": 5}, {"NOT": {"views": {"lt": 20}}}]},
            "order": {"views": "asc"},
        },
        [{"views": 5}, {"views": 20}],
    ),
    (
        {
            "by": "views",
            "having": {"id": {"_max": {"in": ["p1", "p5", "p3"]}}},
            "order": {"_max": {"id": "desc"}},
        },
        [{"views": 0}, {"views": 20}],
    ),
    ({"by": "views", "where": {"views": {"gt": 5}}, "order": {"views": "desc"}, "skip": 1}, [{"views": 10}]),
    ({"by": "views", "order": {"views": "asc"}, "take": -1}, [{"views": 20}]),
    ({"by": "views", "where": {"views": -1}, "sum": "views"}, []),
    (
        {
            "by": {"author": "role"},
            "sum": "views",
            "order": {"author": {"role": "asc"}},
            "where": {"author": {"role": {"not": "GUEST"}}},
        },
        [
            {"author": {"role": "ADMIN"}, "_sum": {"views": 30}},
            {"author": {"role": "MEMBER"}, "_sum": {"views": 25}},
        ],
    ),
    (
        {
            "by": [{"author": {"manager": "email"}}],
            "count": True,
            "order": {"author": {"manager": {"email": {"sort": "asc", "nulls": "first"}}}},
        },
        [
            {"author": {"manager": {"email": None}}, "_count": {"_all": 3}},
            {"author": {"manager": {"email": "ada@x.org"}}, "_count": {"_all": 3}},
        ],
    ),
    (
        {"by": {"createdAt": "month"}, "sum": "views", "order": {"createdAt": "asc"}},
        [
            {"createdAt": datetime(2026, 1, 1, tzinfo=UTC), "_sum": {"views": 50}},
            {"createdAt": datetime(2026, 2, 1, tzinfo=UTC), "_sum": {"views": 5}},
        ],
    ),
    (
        {
            "by": "published",
            "avg": "views",
            "order": {"_avg": {"views": "asc"}},
            "having": {"views": {"_avg": {"gt": 9.1}, "_sum": 55, "_min": 0}},
        },
        [{"published": False, "_avg": {"views": 55 / 6}}],
    ),
]


@pytest.mark.proves("Client", "group_by with having, orders by measures and pages of groups")
def test_rows_are_grouped(blog: Any) -> None:
    found = [blog.post.group_by(**asked) for asked, _ in GROUPS]
    assert found == [expected for _, expected in GROUPS]


@pytest.mark.proves("Client", "pages of groups in a total order")
def test_pages_of_groups_have_every_group_once(blog: Any) -> None:
    pages = [
        blog.post.group_by(by=["views", "authorId"], order={"_count": "asc"}, take=2, skip=skip)
        for skip in (0, 2, 4)
    ]
    assert len({(row["views"], row["authorId"]) for page in pages for row in page}) == 6


@pytest.mark.proves("Client", "groups of an enum in the order of the schema")
def test_groups_of_an_enum_come_in_the_order_of_the_schema(blog: Any, exact: None) -> None:
    rows = blog.user.group_by(by="role", order={"role": "asc"})
    assert [row["role"] for row in rows] == ["ADMIN", "MEMBER", "GUEST"]
    rows = blog.post.group_by(by={"author": "role"}, order={"author": {"role": "desc"}})
    assert [row["author"]["role"] for row in rows] == ["GUEST", "MEMBER", "ADMIN"]
    rows = blog.user.group_by(by="logins", order={"_max": {"role": "desc"}}, min="role", max="role")
    assert [(row["_min"]["role"], row["_max"]["role"]) for row in rows] == [
        ("MEMBER", "GUEST"),
        ("ADMIN", "ADMIN"),
    ]
    assert [row["role"] for row in blog.user.group_by(by="role", order={"role": "asc"}, skip=1)] == [
        "MEMBER",
        "GUEST",
    ]


def test_null_is_a_group_of_its_own(blog: Any) -> None:
    found = blog.user.group_by(
        by="managerId", count=True, order={"managerId": {"sort": "asc", "nulls": "last"}}
    )
    assert [row["_count"]["_all"] for row in found] == [2, 1]
    assert found[-1]["managerId"] is None


# ---- units of time -----------------------------------------------------------------------------------------------

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "America/Havana",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "UTC",
)
UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
MOMENTS = [
    "2025-12-28T23:30:00", "2026-01-04T23:30:00", "2026-03-28T23:15:00", "2026-03-29T00:59:59.999",
    "2026-03-29T01:00:00", "2026-03-29T22:00:00", "2026-10-24T22:30:00", "2026-10-25T00:30:00", "2026-10-25T01:30:00",
    "2026-10-25T23:00:00", "2026-03-08T05:30:00", "2026-03-08T06:59:00", "2026-11-01T04:30:00", "2026-11-01T05:30:00",
    "2026-11-01T06:30:00", "1969-12-31T23:59:59.5", "2024-02-29T12:00:00", "2026-12-31T23:00:00",
    "2006-10-29T02:29:59.9", "2006-10-29T02:30:30", "2006-10-29T02:31:00", "2006-10-29T03:30:30",
]  # fmt: skip


def beginning(moment: datetime, unit: str, zone: ZoneInfo) -> datetime:
    """The beginning of the unit by the zone's clock."""
    if unit in ("minute", "hour"):
        local = moment.astimezone(zone)
        minutes = local.minute if unit == "hour" else 0
        return moment - timedelta(minutes=minutes, seconds=local.second, microseconds=local.microsecond)
    day = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    starts: dict[str, Callable[[], datetime]] = {
        "day": lambda: day,
        "week": lambda: day - timedelta(days=day.weekday()),
        "month": lambda: day.replace(day=1),
        "quarter": lambda: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": lambda: day.replace(month=1, day=1),
    }
    return starts[unit]().replace(tzinfo=zone).astimezone(UTC)


def counted(moments: Iterable[datetime], unit: str, zone: ZoneInfo) -> dict[datetime, int]:
    """How many moments lie in each unit."""
    found: dict[datetime, int] = {}
    for moment in moments:
        start = beginning(moment, unit, zone)
        found[start] = found.get(start, 0) + 1
    return found


@pytest.mark.proves("Client", "date buckets by the clock of a time zone, across changes of the clock")
def test_moments_are_grouped_by_the_clocks_of_their_zone(db: Any) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in MOMENTS]
    db.sample.create_many(data=[{"label": str(index), "moment": at} for index, at in enumerate(moments)])
    for name in ZONES:
        for unit in UNITS:
            rows = db.sample.group_by(
                by={"moment": {"bucket": unit, "zone": name}}, count=True, order={"moment": "asc"}
            )
            starts = [row["moment"] for row in rows]
            assert all(start.tzinfo == ZoneInfo(name) for start in starts)
            found = {
                start.astimezone(UTC): row["_count"]["_all"] for start, row in zip(starts, rows, strict=True)
            }
            assert found == counted(moments, unit, ZoneInfo(name)), (name, unit)
            assert list(found) == sorted(found)


def test_a_day_in_a_zone_begins_at_its_midnight(db: Any) -> None:
    db.sample.create(data={"label": "x", "moment": datetime(2026, 3, 29, 22, 30, tzinfo=UTC)})
    (row,) = db.sample.group_by(by=[{"moment": {"bucket": "day", "zone": "Europe/Berlin"}}])
    assert row["moment"].isoformat() == "2026-03-30T00:00:00+02:00"
    (row,) = db.sample.group_by(by=[{"moment": "day"}])
    assert row["moment"].isoformat() == "2026-03-29T00:00:00+00:00"
    db.sample.create(data={"label": "y"})
    rows = db.sample.group_by(by=[{"moment": "week"}], order={"moment": {"sort": "asc", "nulls": "first"}})
    assert [row["moment"] for row in rows] == [None, datetime(2026, 3, 23, tzinfo=UTC)]


# ---- laws --------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "aggregates are those of the rows that find_many finds")
def test_measures_are_those_of_the_rows_that_are_found(db: Any) -> None:
    chance = random.Random(7)
    db.sample.create_many(
        data=[
            {
                "label": str(index),
                "whole": chance.choice([None, *range(5)]),
                "big": chance.choice([None, -(2**40), 7, 2**40]),
                "amount": chance.choice([None, Decimal("0.25"), Decimal("-3.5"), Decimal(12)]),
            }
            for index in range(40)
        ]
    )
    for _ in range(25):
        page: dict[str, Any] = {"order": [{"whole": chance.choice(["asc", "desc"])}, {"id": "asc"}]}
        if chance.random() < 0.5:
            page["where"] = {"big": {"gt": chance.choice([-1, 7])}}
        if chance.random() < 0.6:
            page["take"] = chance.randint(-12, 12)
        if chance.random() < 0.4:
            page["skip"] = chance.randint(0, 9)
        if chance.random() < 0.4:
            page["distinct"] = chance.choice([["whole"], ["whole", "big"]])
        rows = db.sample.find_many(**page)
        found = db.sample.aggregate(
            count=["_all", "big"],
            count_distinct="whole",
            sum=["whole", "amount"],
            min="big",
            max="amount",
            **page,
        )
        values = {
            name: [value for row in rows if (value := getattr(row, name)) is not None]
            for name in ("whole", "big", "amount")
        }
        assert found == {
            "_count": {"_all": len(rows), "big": len(values["big"])},
            "_count_distinct": {"whole": len(set(values["whole"]))},
            "_sum": {name: sum(values[name]) if values[name] else None for name in ("whole", "amount")},
            "_min": {"big": min(values["big"], default=None)},
            "_max": {"amount": max(values["amount"], default=None)},
        }, page
        assert db.sample.count(**page) == len(rows)


# ---- what is refused ---------------------------------------------------------------------------------------------

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("count", {"select": {}}, "asks for nothing"),
    ("count", {"select": {"nope": True}}, "unknown field in `count` `nope`"),
    ("count", {"select": {"title": 1}}, "must be True or False"),
    ("aggregate", {}, "asks for nothing"),
    ("aggregate", {"sum": "title"}, "`Post.title` has no `sum`"),
    ("aggregate", {"sum": True}, "needs the names of fields"),
    ("aggregate", {"_count": True}, "did you mean `count`"),
    ("aggregate", {"sum": {"views": {"gt": 1}}}, "must be True or False"),
    ("group_by", {}, "needs `by`"),
    ("group_by", {"by": []}, "needs `by`"),
    ("group_by", {"by": "nope"}, "unknown field in `by`"),
    ("group_by", {"by": ["views", "views"]}, "names `views` twice"),
    ("group_by", {"by": "author"}, 'write {"author": "field"}'),
    ("group_by", {"by": {"comments": "text"}}, "leads to many rows"),
    ("group_by", {"by": {"views": "day"}}, "only a DateTime has"),
    ("group_by", {"by": {"createdAt": "fortnight"}}, "unknown unit of time"),
    ("group_by", {"by": {"createdAt": {"bucket": "day", "zones": "UTC"}}}, "did you mean `zone`"),
    ("group_by", {"by": "views", "having": {"title": "x"}}, "by which the rows are not grouped"),
    ("group_by", {"by": "views", "having": {"title": {"_sum": 1}}}, "has no `sum`"),
    ("group_by", {"by": {"createdAt": "day"}, "having": {"createdAt": None}}, "cannot ask for the day"),
    ("group_by", {"by": "views", "order": {"title": "asc"}}, "by which the rows are not grouped"),
    ("group_by", {"by": "views", "order": {"_sum": "asc"}}, "needs a field"),
    ("group_by", {"by": "views", "order": {"views": "up"}}, "must be `asc` or `desc`"),
    ("group_by", {"by": "views", "having": {"views": {"_count": {"nope": 1}}}}, "unknown filter"),
]  # fmt: skip


def test_what_cannot_be_meant_is_refused(db: Any) -> None:
    for operation, asked, sentence in REFUSED:
        with pytest.raises(QueryInvalid) as told:
            getattr(db.post, operation)(**asked)
        assert sentence in f"{told.value} {told.value.help}", (operation, asked)


def test_a_zone_is_one_of_the_iana_database(db: Any) -> None:
    for zone in ("Europe/Atlantis", "../../etc/passwd", "UTC'; DROP TABLE x; --", {"a": 1}):
        with pytest.raises(ValueInvalid):
            db.post.group_by(by={"createdAt": {"bucket": "day", "zone": zone}})


# ---- injection ---------------------------------------------------------------------------------------------------

EVIL = (
    "x'; DROP TABLE counters; --", '"; DROP TABLE counters; --', '" FROM "User"; --', "views; --", "views) --", "1",
    "day', now()); --", "_all", "_count.views", "views.views", "\\", "\uff07 OR 1=1", "", "views\0", "$1", "?1", "count(*)",
)  # fmt: skip

NAMES: list[Callable[[str], tuple[str, dict[str, Any]]]] = [
    lambda evil: ("group_by", {"by": evil}),
    lambda evil: ("group_by", {"by": [{evil: "day"}]}),
    lambda evil: ("group_by", {"by": [{evil: True}]}),
    lambda evil: ("group_by", {"by": {"createdAt": evil}}),
    lambda evil: ("group_by", {"by": {"createdAt": {"bucket": evil}}}),
    lambda evil: ("group_by", {"by": {"createdAt": {"bucket": "day", evil: "UTC"}}}),
    lambda evil: ("group_by", {"by": {"createdAt": {"bucket": "day", "zone": evil}}}),
    lambda evil: ("group_by", {"by": {"author": evil}}),
    lambda evil: ("group_by", {"by": "views", "having": {evil: 1}}),
    lambda evil: ("group_by", {"by": "views", "having": {"views": {evil: 1}}}),
    lambda evil: ("group_by", {"by": "views", "having": {"views": {"_sum": {evil: 1}}}}),
    lambda evil: ("group_by", {"by": "views", "having": {"views": {"_sum": evil}}}),
    lambda evil: ("group_by", {"by": "views", "having": {"_count": {evil: 1}}}),
    lambda evil: ("group_by", {"by": "views", "order": {evil: "asc"}}),
    lambda evil: ("group_by", {"by": "views", "order": {"views": evil}}),
    lambda evil: ("group_by", {"by": "views", "order": {"views": {"sort": "asc", "nulls": evil}}}),
    lambda evil: ("group_by", {"by": "views", "order": {"_sum": {evil: "asc"}}}),
    lambda evil: ("group_by", {"by": "views", "order": {"_count": evil}}),
    lambda evil: ("group_by", {"by": "views", "take": evil}),
    lambda evil: ("aggregate", {"sum": evil}),
    lambda evil: ("aggregate", {"min": {evil: True}}),
    lambda evil: ("aggregate", {"count_distinct": [evil]}),
    lambda evil: ("aggregate", {"count": True, "distinct": evil}),
    lambda evil: ("aggregate", {evil: True}),
    lambda evil: ("count", {"select": {f"{evil}x": True}}),
]


@pytest.mark.proves("Client", "names and words in groups are those of the schema, or refused")
def test_no_name_of_a_group_becomes_part_of_a_statement(db: Any, open_client: Any) -> None:
    said: list[str] = []
    client = open_client(log_queries=lambda event: said.append(event.sql))
    for evil in EVIL:
        for made in NAMES:
            operation, asked = made(evil)
            with pytest.raises((QueryInvalid, ValueInvalid)):
                getattr(client.post, operation)(**asked)
    assert said == []


@pytest.mark.proves("Client", "no value of having changes a statement")
def test_no_value_of_having_becomes_part_of_a_statement(db: Any, open_client: Any) -> None:
    said: set[str] = set()
    client = open_client(log_queries=lambda event: said.add(event.sql))
    for evil in EVIL:
        if "\0" in evil:
            continue
        db.tag.delete_many()
        db.tag.create(data={"name": evil})
        having = {
            "name": {
                "equals": evil,
                "in": [evil],
                "contains": evil,
                "_max": {"gte": evil},
                "_min": {"not": "z"},
            }
        }
        assert client.tag.group_by(by="name", having=having, take=1) == [{"name": evil}]
    assert len(said) == 1


# ---- random groups -----------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "groups are those of plain Python over the same rows")
def test_groups_are_those_of_plain_python(db: Any) -> None:
    chance = random.Random(11)
    db.sample.create_many(
        data=[
            {
                "label": str(index),
                "whole": chance.choice([None, 1, 2]),
                "flag": chance.choice([None, True, False]),
                "role": chance.choice(["ADMIN", "MEMBER", None]),
                "big": chance.choice([None, -(2**40), 7, 2**40]),
                "amount": chance.choice([None, Decimal("0.25"), Decimal("-3.5"), Decimal(12)]),
            }
            for index in range(60)
        ]
    )
    rows = db.sample.find_many()
    for _ in range(25):
        by = chance.sample(["whole", "flag", "role"], chance.randint(1, 3))
        least, most = chance.choice([0, 2, 5]), chance.choice([-(2**60), 0, 2**41])
        found = db.sample.group_by(
            by=by,
            count=["_all", "big"],
            count_distinct="amount",
            sum=["big", "amount"],
            max="amount",
            having={
                "_count": {"gt": least},
                "OR": [{"big": {"_sum": {"gte": most}}}, {"big": {"_sum": None}}],
            },
            order=[{"_count": "desc"}, *({name: {"sort": "asc", "nulls": "first"}} for name in by)],
        )
        assert found == expected(rows, by, least, most), (by, least, most)


def expected(rows: list[Any], by: list[str], least: int, most: int) -> list[dict[str, Any]]:
    """The groups that plain Python makes of the rows."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        groups.setdefault(tuple(getattr(row, name) for name in by), []).append(row)
    found: list[dict[str, Any]] = []
    for key, members in groups.items():
        big = [row.big for row in members if row.big is not None]
        amounts = [row.amount for row in members if row.amount is not None]
        if len(members) > least and (not big or sum(big) >= most):
            found.append(
                {
                    **dict(zip(by, key, strict=True)),
                    "_count": {"_all": len(members), "big": len(big)},
                    "_count_distinct": {"amount": len(set(amounts))},
                    "_sum": {"big": sum(big) if big else None, "amount": sum(amounts) if amounts else None},
                    "_max": {"amount": max(amounts, default=None)},
                }
            )
    return sorted(found, key=lambda group: (-group["_count"]["_all"], *(rank(group[name]) for name in by)))


def rank(value: Any) -> tuple[bool, Any]:
    """Nulls first; enums by their place in the schema, which here is that of the alphabet."""
    return value is not None, value if value is not None else 0
