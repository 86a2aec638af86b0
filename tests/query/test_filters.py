"""Filters find what the same filters find in plain Python, on both databases."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from nicol.query.references import FieldRef
from tests.query.blog import Client
from tests.query.oracle import MANY, RELATIONS, World, holds

WORDS = ["", "a", "A%", "b_c", "École", "école", "*?[x]", "back\\slash", "it's", "straße", "ÜBER"]
TIMES = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=7 * n, milliseconds=n) for n in range(6)]
DECIMALS = [Decimal(text) for text in ("0", "-1.5", "2", "10", "9.99", "100000000000000000000.000000001")]

VALUES: dict[str, dict[str, list[Any]]] = {
    "User": {
        "id": list(range(1, 9)),
        "name": WORDS,
        "role": ["READER", "WRITER", "ADMIN"],
        "age": [-1, 0, 7, 2**31 - 1],
        "score": [0.0, 0.1, -2.5, 1e300],
        "balance": DECIMALS,
        "active": [True, False],
        "views": [0, 2**53 + 1, -(2**63), 2**63 - 1],
        "avatar": [b"", b"\0\xff", b"abc"],
        "joined": TIMES,
        "bossId": [1, 2, 3],
    },
    "Post": {"id": list(range(1, 16)), "title": WORDS, "body": WORDS, "views": [0, 1, 5], "rank": [1, 2, 3]},
    "Tag": {"id": [1, 2, 3, 4], "label": WORDS},
}
NULLABLE = {"name", "age", "avatar", "body", "rank", "bossId", "settings"}
TEXTS = {"name", "title", "body", "label"}
UNORDERED = {"role", "avatar"}
FIGURES = {"User": ["age", "balance", "joined", "score", "views"], "Post": ["views", "rank"], "Tag": ["id"]}
ALIKE = {
    "age": ["id", "bossId", "views"],
    "bossId": ["id", "age"],
    "views": ["id", "rank"],
    "rank": ["views"],
}
ALIKE |= {"title": ["body", "title"], "body": ["title"]}
"""Fields that can be compared with one another, in the models that have both."""


def populate(db: Client, chance: random.Random) -> World:
    """Random rows in the database, and the same in Python."""
    db("Tag", "create_many", data=[{"label": label} for label in WORDS[:4]])
    for number in range(1, 9):
        row = {
            name: chance.choice(values)
            for name, values in VALUES["User"].items()
            if name not in ("id", "bossId")
        }
        row |= {name: None for name in sorted(NULLABLE & set(row)) if chance.random() < 0.3}
        boss = chance.choice([None, *range(1, number)])
        db("User", "create", data={**row, "email": f"{number}@x", "bossId": boss})
    for number in range(1, 16):
        post = {"title": chance.choice(WORDS) + str(number), "views": chance.choice([0, 1, 5])}
        post |= {"body": chance.choice([None, *WORDS]), "rank": chance.choice([None, 1, 2, 3])}
        ids = {"authorId": chance.randint(1, 8), "reviewerId": chance.choice([None, *range(1, 9)])}
        db("Post", "create", data={**post, **ids})
        tags = [{"id": tag} for tag in (1, 2, 3, 4) if chance.random() < 0.4]
        db("Post", "update", where={"id": number}, data={"tags": {"connect": tags}})
    for number in range(1, 9):
        friends = [{"id": other} for other in range(1, 9) if chance.random() < 0.25]
        db("User", "update", where={"id": number}, data={"friends": {"connect": friends}})
    return _world(db)


def _world(db: Client) -> World:
    users = db("User", "find_many", include={"friends": True})
    posts = db("Post", "find_many", include={"tags": True})
    world: World = {
        "User": [vars(user) for user in users],
        "Post": [vars(post) for post in posts],
        "Tag": [vars(tag) for tag in db("Tag", "find_many")],
    }
    world["friends"] = {(user.id, friend.id) for user in users for friend in user.friends}  # type: ignore[assignment]
    world["tagged"] = {(post.id, tag.id) for post in posts for tag in post.tags}  # type: ignore[assignment]
    return world


def _asks(where: dict[str, Any]) -> bool:
    """Whether a filter asks anything: a branch of OR has to."""
    return any(
        word != "AND" or any(map(_asks, value if isinstance(value, list) else [value]))
        for word, value in where.items()
    )


def random_where(chance: random.Random, model: str, depth: int) -> dict[str, Any]:
    """A filter with a few entries."""
    where: dict[str, Any] = {}
    for _ in range(chance.choice([1, 1, 2])):
        pick = chance.random()
        relations = [name for owner, name in RELATIONS if owner == model]
        if depth and pick < 0.2:
            word = chance.choice(["AND", "OR", "NOT"])
            branches = [random_where(chance, model, depth - 1) for _ in range(chance.randint(0, 2))]
            if word == "OR":
                where[word] = list(filter(_asks, branches))
            else:
                where[word] = branches or chance.choice([[], {}])
        elif depth and pick < 0.5:
            name = chance.choice(relations)
            where[name] = _random_relation(chance, model, name, depth)
        else:
            name = chance.choice(list(VALUES[model]))
            where[name] = _random_scalar(chance, model, name, depth)
    return where


def _random_relation(chance: random.Random, model: str, name: str, depth: int) -> Any:
    target = RELATIONS[model, name][0]
    words = ["some", "every", "none"] if name in MANY else ["is", "is_not"]
    if name not in MANY and chance.random() < 0.2:
        return chance.choice([None, {"is": None}, {"is_not": None}])
    if name in MANY and chance.random() < 0.3:
        return _random_figure(chance, target, depth)
    return {chance.choice(words): random_where(chance, target, depth - 1)}


def _random_figure(chance: random.Random, target: str, depth: int) -> Any:
    """A condition on the number of related rows, or on the least or greatest value of a field."""
    word = chance.choice(["equals", "not", "lt", "lte", "gt", "gte", "in", "not_in"])
    where = {"where": random_where(chance, target, depth - 1)} if chance.random() < 0.5 else {}
    if chance.random() < 0.5:
        number = [chance.randint(0, 3)] if word in ("in", "not_in") else chance.randint(0, 3)
        return {"_count": {word: number} if chance.random() < 0.8 else chance.randint(0, 3), **where}
    name = chance.choice(FIGURES[target])
    if chance.random() < 0.2:
        return {chance.choice(["_min", "_max"]): {name: None}}
    values = VALUES[target][name]
    value = chance.sample(values, 2) if word in ("in", "not_in") else chance.choice(values)
    return {chance.choice(["_min", "_max"]): {name: {word: value}}, **where}


def _random_scalar(chance: random.Random, model: str, name: str, depth: int) -> Any:
    values = VALUES[model][name]
    alike = [other for other in ALIKE.get(name, ()) if other in VALUES[model]]
    if alike and chance.random() < 0.15:
        return _random_field(chance, name, chance.choice(alike))
    if name in NULLABLE and chance.random() < 0.15:
        return chance.choice([None, {"not": None}, {"equals": None}])
    words = ["equals"] if name == "active" else ["equals", "in", "not_in"]
    if name not in UNORDERED and name != "active" and name not in TEXTS:
        words += ["lt", "lte", "gt", "gte"]
    if name in TEXTS:
        words += ["contains", "startswith", "endswith"]
    found: dict[str, Any] = {}
    for word in chance.sample(words, chance.choice([1, 1, 2]) if len(words) > 1 else 1):
        many = word in ("in", "not_in")
        found[word] = (
            chance.sample(values, chance.randint(0, 3) % (len(values) + 1)) if many else chance.choice(values)
        )
    if name in TEXTS and chance.random() < 0.3:
        found["mode"] = "insensitive"
    if depth and chance.random() < 0.2:
        return {"not": found if chance.random() < 0.7 else chance.choice(values)}
    return found if chance.random() < 0.8 else chance.choice(values)


def _random_field(chance: random.Random, name: str, alike: str) -> Any:
    """A comparison with another field of the row."""
    other = FieldRef(alike)
    words = ["equals", "not"] + (["contains", "startswith", "endswith"] if name in TEXTS else ["lt", "gte"])
    mode = {"mode": "insensitive"} if name in TEXTS and chance.random() < 0.5 else {}
    return {chance.choice(words): other, **mode} if chance.random() < 0.8 else other


@pytest.mark.proves(
    "Client", "filters of every scalar, AND, OR, NOT and relations, compared with plain Python"
)
def test_filters_find_the_same_rows_as_plain_python(db: Client) -> None:
    chance = random.Random(4711)
    world = populate(db, chance)
    for number in range(400):
        model = chance.choice(["User", "Post", "Tag"])
        where = random_where(chance, model, 2)
        wanted = [row["id"] for row in world[model] if holds(world, model, where, row)]
        found = [row.id for row in db(model, "find_many", where=where, order={"id": "asc"})]
        assert found == wanted, f"{number} {model} {where}"
        assert db(model, "count", where=where) == len(wanted)
