"""Relations of a model to itself, followed for some levels or to their ends, held against plain Python on both databases."""

from __future__ import annotations

import random
from typing import Any

import pytest

from nicol.errors import QueryInvalid
from tests.query.blog import Client

SCHEMA = """
model Node {
  id       Int    @id
  name     String
  rank     Int
  parentId Int?
  parent   Node?  @relation("tree", fields: [parentId], references: [id])
  children Node[] @relation("tree")
  nextId   Int?   @unique
  next     Node?  @relation("chain", fields: [nextId], references: [id])
  previous Node?  @relation("chain")
  likes    Node[] @relation("likes")
  likedBy  Node[] @relation("likes")
  notes    Note[]
}

model Note {
  id     Int    @id
  text   String
  node   Node   @relation(fields: [nodeId], references: [id])
  nodeId Int
}
"""
Row = dict[str, Any]


@pytest.fixture
def db(database_url: str) -> Any:
    """A client of empty trees."""
    client = Client(database_url, SCHEMA)
    yield client
    client.database.close()


def populate(db: Client, chance: random.Random, size: int) -> list[Row]:
    """Nodes of which nearly each has some other for a parent, circles included."""
    rows: list[Row] = [{"id": n, "name": f"n{n}", "rank": chance.randint(0, 3)} for n in range(1, size + 1)]
    db("Node", "create_many", data=rows)
    order = chance.sample(range(1, size + 1), size)
    for place, row in enumerate(rows):
        row["parentId"] = chance.choice([None, *range(1, size + 1)])
        row["nextId"] = order[(order.index(row["id"]) + 1) % size] if place % 5 else None
        row["likes"] = sorted(chance.sample(range(1, size + 1), chance.randint(0, 2)))
        likes = {"connect": [{"id": other} for other in row["likes"]]}
        data = {"parentId": row["parentId"], "nextId": row["nextId"], "likes": likes}
        db("Node", "update", where={"id": row["id"]}, data=data)
    db("Note", "create_many", data=[{"id": n, "text": f"t{n}", "nodeId": n} for n in range(1, size + 1, 2)])
    return rows


def linked(rows: list[Row], relation: str, row: Row) -> list[Row]:
    """The rows at the other end of a relation."""
    match relation:
        case "children":
            return [each for each in rows if each["parentId"] == row["id"]]
        case "parent":
            return [each for each in rows if each["id"] == row["parentId"]]
        case "next":
            return [each for each in rows if each["id"] == row["nextId"]]
        case "previous":
            return [each for each in rows if each["nextId"] == row["id"]]
        case "likes":
            return [each for each in rows if each["id"] in row["likes"]]
        case _:
            return [each for each in rows if row["id"] in each["likes"]]


def expected(rows: list[Row], relation: str, row: Row, page: Row, depth: int | None, above: set[int]) -> Any:
    """What hangs on a row, as pairs of ids and of what hangs on those; None where it was not asked."""
    if depth == 0:
        return None
    least = page.get("where", {}).get("rank", {}).get("gte", 0)
    found = [each for each in linked(rows, relation, row) if each["rank"] >= least]
    if depth is None:
        found = [each for each in found if each["id"] not in above]
    if "order" in page:
        found.sort(key=lambda each: (-each["rank"], each["id"]))
    deeper = None if depth is None else depth - 1
    return [
        (each["id"], expected(rows, relation, each, page, deeper, above | {each["id"]})) for each in found
    ]


def shown(node: Any, relation: str) -> Any:
    """What hangs on an object, in the same form."""
    below = getattr(node, relation, None)
    if below is None and not hasattr(node, relation):
        return None
    members = below if isinstance(below, list) else [] if below is None else [below]
    return [(each.id, shown(each, relation)) for each in members]


ORDER = [{"rank": "desc"}, {"id": "asc"}]


@pytest.mark.proves("Client", "recursive includes: depth, to many and to one, circles, in one statement")
@pytest.mark.parametrize("relation", ["children", "parent", "next", "previous", "likes", "likedBy"])
def test_trees_are_those_of_plain_python(db: Client, relation: str) -> None:
    chance = random.Random(relation)
    for _ in range(4):
        db("Note", "delete_many")
        for node in db("Node", "find_many"):
            db("Node", "update", where={"id": node.id}, data={"parentId": None, "nextId": None})
        db("Node", "delete_many")
        rows = populate(db, chance, chance.randint(1, 14))
        for depth in (1, 2, 3, 20, "all"):
            if depth == "all" and relation in ("likes", "likedBy"):
                continue
            page: Row = {"where": {"rank": {"gte": 1}}} if chance.random() < 0.5 else {}
            page |= {"order": ORDER} if relation in ("children", "likes", "likedBy") else {}
            depth = min(depth, 5) if relation.startswith("like") else depth  # noqa: PLW2901 - paths double
            roots = {"where": {"id": {"in": [row["id"] for row in rows if chance.random() < 0.6]}}}
            found = db("Node", "find_many", **roots, include={relation: {**page, "depth": depth}})
            levels = None if depth == "all" else depth
            by_id = {row["id"]: row for row in rows}
            for node in found:
                wanted = expected(rows, relation, by_id[node.id], page, levels, {node.id})
                assert shown(node, relation) == wanted, (relation, depth, page, node.id)


@pytest.mark.proves("Client", "recursive includes with a selection and further includes at every level")
def test_every_level_has_what_was_selected(db: Client) -> None:
    db(
        "Node",
        "create_many",
        data=[{"id": n, "name": f"n{n}", "rank": 0, "parentId": n // 2 or None} for n in range(1, 8)],
    )
    db("Note", "create_many", data=[{"id": n, "text": f"t{n}", "nodeId": n % 3 + 1} for n in range(6)])
    selected = {
        "name": True,
        "_count": {"children": True},
        "notes": {"select": {"text": True}, "order": {"id": "asc"}},
    }
    for depth in (2, "all"):
        tree = {"depth": depth, "order": {"id": "asc"}, "select": selected}
        root = db("Node", "find_unique", where={"id": 1}, select={"id": True, "children": tree})
        assert [child.name for child in root.children] == ["n2", "n3"]
        assert [child.count_children for child in root.children] == [2, 2]
        assert [[note.text for note in child.notes] for child in root.children] == [
            ["t1", "t4"],
            ["t2", "t5"],
        ]
        assert [[leaf.name for leaf in child.children] for child in root.children] == [
            ["n4", "n5"],
            ["n6", "n7"],
        ]
        assert [leaf.notes for child in root.children for leaf in child.children] == [[], [], [], []]


@pytest.mark.proves("Client", "recursive includes of long chains")
def test_chains_of_thousands_of_levels_are_followed(db: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 3000
    db("Node", "create_many", data=[{"id": 1, "name": "n", "rank": 0}])
    rows = [{"id": n, "name": "n", "rank": 0, "parentId": n - 1} for n in range(2, size + 1)]
    for start in range(0, len(rows), 500):
        db("Node", "create_many", data=rows[start : start + 500])
    node, levels = db("Node", "find_unique", where={"id": 1}, include={"children": {"depth": "all"}}), 1
    while node.children:
        (node,) = node.children
        levels += 1
    assert levels == size
    node, levels = db("Node", "find_unique", where={"id": size}, include={"parent": {"depth": "all"}}), 1
    while node.parent is not None:
        node, levels = node.parent, levels + 1
    assert levels == size
    monkeypatch.setattr("nicol.query.compile.tree_levels.DEEPEST", size - 2)
    for id_, relation in ((1, "children"), (size, "parent")):
        with pytest.raises(QueryInvalid, match="hang together over more than 2998 levels"):
            db("Node", "find_unique", where={"id": id_}, include={relation: {"depth": "all"}})


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"notes": {"depth": 2}}, "leads to another model"),
    ({"children": {"depth": 0}}, "must be a number of levels from 1 to 10000 or `all`, not 0"),
    ({"children": {"depth": 10_001}}, "must be a number of levels"),
    ({"children": {"depth": True}}, "must be a number of levels"),
    ({"children": {"depth": "2"}}, "must be a number of levels"),
    ({"children": {"depth": 2, "take": 1}}, "with `depth` cannot have `take`"),
    ({"children": {"depth": 2, "include": {"children": True}}}, "is included at every level already"),
    ({"likes": {"depth": "all"}}, "can lead from everything to everything"),
]


@pytest.mark.proves("Client", "recursive includes that have no meaning are refused")
def test_depths_without_a_meaning_are_refused(db: Client) -> None:
    for include, message in WRONG:
        with pytest.raises(QueryInvalid) as found:
            db("Node", "find_many", include=include)
        assert message in str(found.value), include
