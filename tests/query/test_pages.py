"""Order, take, skip, cursor and distinct, at the top and inside includes, held against plain Python on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from nicol.errors import QueryInvalid
from tests.query.blog import SCHEMA, Client

Row = dict[str, Any]
ORDERS = {
    "title": False,
    "body": True,
    "views": False,
    "rank": True,
    "authorId": False,
    "id": False,
    "reviewerId": True,
}


def populate(db: Client, chance: random.Random) -> list[Row]:
    """Users with posts in which nearly everything repeats."""
    for number in range(1, 5):
        db("User", "create", data={"email": f"{number}@x", "name": chance.choice([None, "a", "b"])})
    for number in range(1, 31):
        db(
            "Post",
            "create",
            data={
                "title": f"{chance.choice('abc')}{number}",
                "body": chance.choice([None, "x", "y", "z"]),
                "views": chance.choice([1, 2, 3]),
                "rank": chance.choice([None, 1, 2]),
                "authorId": chance.randint(1, 4),
                "reviewerId": chance.choice([None, 1, 2, 3]),
            },
        )
    return [vars(post) for post in db("Post", "find_many")]


def random_page(chance: random.Random, *, cursor: bool) -> dict[str, Any]:
    """The arguments of a page."""
    page: dict[str, Any] = {}
    if chance.random() < 0.8:
        page["order"] = [
            _random_order(chance, name) for name in chance.sample(list(ORDERS), chance.choice([1, 2, 3]))
        ]
    if chance.random() < 0.5:
        page["take"] = chance.choice([-4, -1, 0, 1, 3, 7, 50])
    if chance.random() < 0.3:
        page["skip"] = chance.choice([0, 1, 4])
    if cursor and chance.random() < 0.4:
        page["cursor"] = {"id": chance.choice([1, 7, 15, 30, 99])}
    elif chance.random() < 0.4:
        page["distinct"] = chance.sample(["views", "rank", "authorId"], chance.choice([1, 2]))
    if chance.random() < 0.5:
        page["where"] = {"views": {"lte": chance.choice([1, 2])}}
    return page


def _random_order(chance: random.Random, name: str) -> dict[str, Any]:
    direction = chance.choice(["asc", "desc"])
    if ORDERS[name] and chance.random() < 0.5:
        return {name: {"sort": direction, "nulls": chance.choice(["first", "last"])}}
    return {name: direction}


def answer(rows: list[Row], page: dict[str, Any], *, nulls_low: bool = False) -> list[int]:
    """The ids of a page. Nulls are high where the call does not say, in a portable project."""
    found = [row for row in rows if row["views"] <= page.get("where", {}).get("views", {}).get("lte", 9)]
    backwards = page.get("take", 0) < 0
    ordered = _ordered(rows, page.get("order", []), backwards, nulls_low)
    kept = [row for row in ordered if row in found]
    if "cursor" in page:
        kept = _from_cursor(ordered, kept, page["cursor"]["id"])
    if "distinct" in page:
        seen: dict[tuple[Any, ...], Row] = {}
        for row in kept:
            seen.setdefault(tuple(row[name] for name in page["distinct"]), row)
        kept = list(seen.values())
    kept = kept[page.get("skip", 0) :]
    kept = kept[: abs(page["take"])] if "take" in page else kept
    return [row["id"] for row in (reversed(kept) if backwards else kept)]


def _ordered(rows: list[Row], order: list[dict[str, Any]], backwards: bool, nulls_low: bool) -> list[Row]:
    ordered = sorted(rows, key=lambda row: row["id"], reverse=backwards)
    for key in reversed(order):
        ((name, how),) = key.items()
        direction, nulls = (how["sort"], how["nulls"]) if isinstance(how, dict) else (how, None)
        nulls = nulls or ("first" if nulls_low == (direction == "asc") else "last")
        descending, first = (direction == "desc") != backwards, (nulls == "first") != backwards
        ordered.sort(
            key=lambda row: row[name] if row[name] is not None else _Null(first == (not descending)),
            reverse=descending,
        )
    return ordered


class _Null:
    """Lower or higher than every value."""

    def __init__(self, low: bool) -> None:
        self.low = low

    def __lt__(self, other: object) -> bool:
        return self.low and not isinstance(other, _Null)

    def __gt__(self, other: object) -> bool:
        return not self.low and not isinstance(other, _Null)


def _from_cursor(ordered: list[Row], kept: list[Row], cursor: int) -> list[Row]:
    places = {row["id"]: place for place, row in enumerate(ordered)}
    if cursor not in places:
        return []
    return [row for row in kept if places[row["id"]] >= places[cursor]]


def _settled(page: dict[str, Any]) -> dict[str, Any]:
    """The page with the id as its last order, so that there is but one right answer."""
    order = [*page.get("order", []), {"id": "asc"}]
    names = [next(iter(key)) for key in order]
    return {**page, "order": [key for index, key in enumerate(order) if names.index(names[index]) == index]}


@pytest.mark.proves("Client", "order with nulls, take from either end, skip, cursor and distinct")
def test_pages_are_those_of_plain_python(db: Client) -> None:
    chance = random.Random(11)
    rows = populate(db, chance)
    for _ in range(300):
        page = _settled(random_page(chance, cursor=True))
        assert [row.id for row in db("Post", "find_many", **page)] == answer(rows, page), page
        assert getattr(db("Post", "find_first", **page), "id", None) == _first(rows, page), page


def test_a_project_on_sqlite_alone_keeps_its_order_of_nulls(sqlite_url: str) -> None:
    db = Client(
        sqlite_url,
        SCHEMA.partition("model Gear")[0] + "enum Role {\nREADER\nWRITER\nADMIN\n}",
        portable=False,
    )
    chance = random.Random(15)
    rows = populate(db, chance)
    for _ in range(200):
        page = _settled(random_page(chance, cursor=True))
        found = [row.id for row in db("Post", "find_many", **page)]
        assert found == answer(rows, page, nulls_low=True), page
    db.database.close()


def _first(rows: list[Row], page: dict[str, Any]) -> int | None:
    if "take" in page and page["take"] < 0:
        return next(iter(answer(rows, {**page, "take": -1})), None)
    return next(iter(answer(rows, {**page, "take": 1})), None)


@pytest.mark.proves(
    "Client", "include with its own where, order, take, skip and distinct, one statement for each level"
)
def test_pages_of_included_relations_are_those_of_plain_python(db: Client) -> None:
    chance = random.Random(12)
    rows = populate(db, chance)
    for _ in range(150):
        page = _settled(random_page(chance, cursor=True))
        for user in db("User", "find_many", include={"posts": page}):
            mine = [row for row in rows if row["authorId"] == user.id]
            assert [post.id for post in user.posts] == answer(mine, page), page


@pytest.mark.proves("Client", "include through a join table with its own page")
def test_pages_through_a_join_table_are_those_of_plain_python(db: Client) -> None:
    chance = random.Random(13)
    rows = populate(db, chance)
    tagged: dict[int, set[int]] = {}
    for tag in range(1, 4):
        tagged[tag] = {row["id"] for row in rows if chance.random() < 0.5}
        posts = {"connect": [{"id": number} for number in tagged[tag]]}
        db("Tag", "create", data={"label": str(tag), "posts": posts})
    for _ in range(150):
        page = _settled(random_page(chance, cursor=True))
        for tag in db("Tag", "find_many", include={"posts": page}):
            mine = [row for row in rows if row["id"] in tagged[tag.id]]
            assert [post.id for post in tag.posts] == answer(mine, page), page


def test_rows_can_be_ordered_by_what_they_belong_to_and_by_how_much_belongs_to_them(db: Client) -> None:
    populate(db, random.Random(14))
    posts = db(
        "Post", "find_many", order=[{"author": {"name": {"sort": "desc", "nulls": "last"}}}, {"id": "asc"}]
    )
    names = {user.id: user.name for user in db("User", "find_many")}
    keys = [(names[post.authorId] is None, -ord(names[post.authorId] or "a"), post.id) for post in posts]
    assert keys == sorted(keys)
    users = db(
        "User", "find_many", order=[{"posts": {"_count": "desc"}}, {"id": "asc"}], include={"posts": True}
    )
    counts = [(-len(user.posts), user.id) for user in users]
    assert counts == sorted(counts)


@pytest.mark.proves("Client", "order by what related rows come to: count, min, max, sum, avg, with filters")
def test_rows_can_be_ordered_by_what_related_rows_come_to(db: Client) -> None:
    rows = populate(db, random.Random(16))
    db("User", "create", data={"email": "alone"})
    mine = {user.id: [row for row in rows if row["authorId"] == user.id] for user in db("User", "find_many")}
    second = {"where": {"rank": {"gt": 1}}}
    measures: list[tuple[Any, Callable[[list[Row]], Any]]] = [
        ({"_count": "asc"}, len),
        ({"_count": {"sort": "asc"}, **second}, lambda posts: sum(row["rank"] == 2 for row in posts)),
        ({"_max": {"title": "asc"}}, lambda posts: max((row["title"] for row in posts), default=None)),
        ({"_min": {"id": {"sort": "asc"}}, **second}, lambda ps: min((p["id"] for p in ps if p["rank"] == 2), default=None)),
        ({"_sum": {"views": "asc"}}, lambda posts: sum(row["views"] for row in posts) if posts else None),
        ({"_avg": {"views": "asc"}}, lambda posts: sum(p["views"] for p in posts) / len(posts) if posts else None),
    ]  # fmt: skip
    for measure, value in measures:
        order = [{"posts": measure}, {"id": "asc"}]
        values = {number: value(posts) for number, posts in mine.items()}
        expected = sorted(mine, key=lambda number: (values[number] is None, values[number], number))
        assert [user.id for user in db("User", "find_many", order=order)] == expected, measure
        turned = db("User", "find_many", order=order, take=-50)
        assert [user.id for user in turned] == expected, measure
        page = db("User", "find_many", order=order, cursor={"id": expected[2]}, skip=1)
        assert [user.id for user in page] == expected[3:], measure
        within = db("User", "find_first", where={"id": 1}, include={"friends": {"order": order, "take": 2}})
        assert within.friends == []


@pytest.mark.proves("Client", "rows in random order, also a sample for each parent")
def test_chance_orders_rows(db: Client) -> None:
    rows = populate(db, random.Random(17))
    orders = {tuple(post.id for post in db("Post", "find_many", order="random")) for _ in range(8)}
    assert len(orders) > 1
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(row["id"] for row in rows))}
    for user in db("User", "find_many", include={"posts": {"order": "random", "take": 2}}):
        mine = [row["id"] for row in rows if row["authorId"] == user.id]
        assert len(user.posts) == min(2, len(mine))
        assert {post.id for post in user.posts} <= set(mine)
    with pytest.raises(QueryInvalid, match="has no `cursor`"):
        db("Post", "find_many", order="random", cursor={"id": 1})


@pytest.mark.proves("Client", "enums are ordered as they are declared, on every database")
def test_enums_are_ordered_as_they_are_declared(db: Client) -> None:
    declared = ["READER", "WRITER", "ADMIN"]
    for number, role in enumerate(["ADMIN", "READER", "WRITER", "ADMIN", "READER"]):
        db("User", "create", data={"email": f"{number}@x", "role": role, "bossId": number or None})
    order = [{"role": "asc"}, {"id": "asc"}]
    rows = db("User", "find_many", order=order)
    assert [(row.role, row.id) for row in rows] == sorted(
        ((row.role, row.id) for row in rows), key=lambda pair: (declared.index(pair[0]), pair[1])
    )
    for place in range(len(rows)):
        page = db("User", "find_many", order=order, cursor={"id": rows[place].id}, take=2)
        assert [row.id for row in page] == [row.id for row in rows[place : place + 2]]
        page = db("User", "find_many", order=order, cursor={"id": rows[place].id}, take=-2)
        assert [row.id for row in page] == [row.id for row in rows[max(0, place - 1) : place + 1]]
    firsts = db("User", "find_many", order=order, distinct=["role"])
    assert [row.role for row in firsts] == declared
    by_boss = db(
        "User", "find_many", order=[{"boss": {"role": {"sort": "desc", "nulls": "last"}}}, {"id": "asc"}]
    )
    assert [row.id for row in by_boss] == [2, 5, 4, 3, 1]
    by_team = db(
        "User",
        "find_many",
        order=[{"team": {"_max": {"role": {"sort": "desc", "nulls": "last"}}}}, {"id": "asc"}],
    )
    assert [row.id for row in by_team] == [3, 2, 1, 4, 5]
    grouped = db("User", "group_by", by="role", order={"role": "desc"})
    assert [row["role"] for row in grouped] == declared[::-1]
