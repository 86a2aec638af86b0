"""Which index leads to related rows, on a database that nobody has analysed and that holds one tenant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Any

import pytest

from nicol.sql.program import Program, Result, Statement
from tests.query.blog import Client

SCHEMA = """
model Node {{
  id       Int    @id
  tenant   String
  number   Int
  rank     Int
  parentId Int?
  parent   Node?  @relation("tree", fields: [parentId], references: [id])
  children Node[] @relation("tree")
  likes    Node[] @relation("likes")
  likedBy  Node[] @relation("likes")
  {indexes}
}}
"""
OWN, TENANT, RANKED = '@@index([parentId], map: "own")', '@@index([tenant], map: "far")', "@@index([rank])"
MINE: dict[str, Any] = {"tenant": "t"}
EITHER: dict[str, Any] = {"OR": [{"tenant": "t"}, {"tenant": {"in": ["u", "v"]}}]}
FAR = re.compile(r" INDEX (?:far|Node_rank_idx)\b")


def included(relation: str, **page: Any) -> dict[str, Any]:
    """Two rows with a relation of theirs."""
    return {"where": {"id": {"in": [1, 2]}}, "include": {relation: page}}


# fmt: off
READS: list[dict[str, Any]] = [
    *(included(relation, where=where, depth=depth)
      for where in (MINE, EITHER)
      for relation in ("children", "parent", "likes", "likedBy")
      for depth in (1, 3, "all")
      if depth != "all" or relation in ("children", "parent")),
    *(included(relation, where=where) for where in (MINE, EITHER) for relation in ("children", "parent", "likes")),
    included("children", where=MINE, order={"rank": "asc"}),
    included("children", where=MINE, order={"rank": "asc"}, take=1),
    included("children", where=MINE, order={"rank": "asc"}, depth="all"),
    included("children", where=MINE, order={"parent": {"rank": "asc"}}, depth=4),
    included("likes", where=MINE, order={"rank": "asc"}, skip=1),
    included("children", where=MINE, distinct=["rank"]),
    included("children", where={**MINE, "rank": {"gte": 3}}, depth="all"),
    {"where": {"children": {"some": MINE}}},
    {"where": {"children": {"none": MINE}}},
    {"where": {"likes": {"some": MINE}}},
    {"include": {"_count": {"children": {"where": MINE}}}},
]
# fmt: on


@pytest.fixture
def clients() -> Iterator[list[Client]]:
    """A client for each order in which the indexes of a table can be made: what is as good is taken by its age."""
    made = [
        Client("file::memory:", SCHEMA.format(indexes="\n  ".join(indexes)))
        for indexes in permutations((OWN, TENANT, RANKED))
    ]
    yield made
    for client in made:
        client.database.close()


def plans(client: Client, **call: Any) -> Iterable[list[str]]:
    """How the database would find the rows of each statement of a call, but for the first rows of an include."""
    chosen, _ = client.engine.plan("Node", "find_many", call)
    for text in chosen.compiled.texts[1 if "where" in call and "include" in call else 0 :]:
        nothing = (None,) * max((int(number) for number in re.findall(r"\?(\d+)", text)), default=0)
        said = client.database.run(_asked(Statement(f"EXPLAIN QUERY PLAN {text}", nothing)), write=False)
        yield [row[3] for row in said.rows]


def _asked(statement: Statement) -> Program[Result]:
    return (yield statement)


LED = "related rows are found by the index of their relation in databases that nobody has analysed"


@pytest.mark.proves("Client", LED, on=("sqlite",))
def test_no_other_index_than_the_relations_own_leads_to_related_rows(clients: list[Client]) -> None:
    for client in clients:
        for call in READS:
            for plan in plans(client, **call):
                assert not any(map(FAR.search, plan)), (call, plan)


@pytest.mark.proves("Client", LED)
@pytest.mark.parametrize("depth", [20, "all"])
@pytest.mark.parametrize("relation", ["children", "parent"])
def test_a_server_intersects_no_indexes_for_every_row_of_a_tree(
    postgres_url: str, relation: str, depth: int | str
) -> None:
    client = Client(postgres_url, SCHEMA.format(indexes=f"{OWN}\n  {TENANT}"))
    rows = [
        {"id": n, "tenant": "t", "number": n, "rank": 0, "parentId": n // 3 or None} for n in range(1, 5001)
    ]
    client("Node", "create_many", data=rows)
    call = {"where": {"id": {"in": [1, 5000]}}, "include": {relation: {"where": MINE, "depth": depth}}}
    chosen, values = client.engine.plan("Node", "find_many", call)
    (plan,) = client.database.run(_recursive_plans(chosen.program(values)), write=False)
    step = plan[next(at for at, line in enumerate(plan) if "WorkTable Scan" in line) :]
    assert any(
        own in line for line in step for own in ("on own", "using own", 'using "Node_pkey"', "Hash")
    ), plan
    assert not any("far" in line or "Materialize" in line for line in step), plan
    client.database.close()


def _recursive_plans(program: Program[Any]) -> Program[list[list[str]]]:
    """The plans of the recursive statements of a program, while it is run."""
    found: list[list[str]] = []
    command = next(program)
    while True:
        assert isinstance(command, Statement)
        if "RECURSIVE" in command.text:
            explained = yield Statement(f"EXPLAIN {command.text}", command.params)
            found.append([row[0] for row in explained.rows])
        try:
            command = program.send((yield command))
        except StopIteration:
            return found


# fmt: off
OTHERS: list[tuple[str, dict[str, Any], str]] = [
    ('@@index([tenant, parentId], map: "both")', included("children", where=MINE), "INDEX both (tenant=? AND parentId=?)"),
    ('@@index([tenant, parentId], map: "both")', included("children", where=MINE, depth="all"),
     "INDEX both (tenant=? AND parentId=?)"),
    ('@@index([parentId, tenant], map: "both")', included("children", where=MINE), "INDEX both (parentId=? AND tenant=?)"),
    ('@@index([parentId, rank], map: "both")', included("children", where={"rank": 1}), "INDEX both (parentId=? AND rank=?)"),
    ('@@index([parentId])', included("children", where={"id": 7}), "INTEGER PRIMARY KEY (rowid=?)"),
    ('@@unique([tenant, number], map: "one")\n  @@index([parentId])', included("children", where={**MINE, "number": 7}),
     "INDEX one (tenant=? AND number=?)"),
]
# fmt: on


@pytest.mark.parametrize(("indexes", "call", "index"), OTHERS)
def test_an_index_of_more_fields_and_a_key_are_still_used(
    indexes: str, call: dict[str, Any], index: str
) -> None:
    client = Client("file::memory:", SCHEMA.format(indexes=indexes))
    for plan in plans(client, **call):
        assert any(index in step for step in plan), plan
    client.database.close()
