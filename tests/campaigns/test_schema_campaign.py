"""The differential campaign's own parts: its mutants are the same every time, and its examples are small."""

from __future__ import annotations

from random import Random

import pytest

from campaigns.__main__ import main
from campaigns.oracle import VARIABLE, folder
from campaigns.schema.answers import disagreement
from campaigns.schema.campaign import agreement, run
from campaigns.schema.mutants import Base, for_provider, mutant, provider_of, without_urls
from campaigns.schema.shrink import shrink

SCHEMA = """datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model User {
  id    Int    @id
  name  String @db.VarChar(20)
  posts Post[]
}

model Post {
  id       Int  @id
  author   User @relation(fields: [authorId], references: [id])
  authorId Int
}
"""


def test_a_mutant_is_the_same_for_the_same_chance_and_mostly_another_for_another():
    base = Base("x", "postgresql", SCHEMA)
    mutants = [mutant(base, Random(str(number))) for number in range(200)]
    assert mutants == [mutant(base, Random(str(number))) for number in range(200)]
    assert len(set(mutants)) > 150
    assert sum(text != SCHEMA for text in mutants) > 190


def test_a_schema_is_rewritten_for_another_database():
    other = for_provider(without_urls(SCHEMA), "mysql")
    assert provider_of(other) == "mysql"
    assert "url" not in other
    assert "@db" not in other


def test_an_example_is_shrunk_to_the_lines_that_make_it_one():
    assert shrink(SCHEMA, lambda text: "author " in text and "Post {" in text) == (
        "model Post {\n  author   User @relation(fields: [authorId], references: [id])"
    )


def test_disagreements_are_classed_without_their_names():
    assert disagreement(None, None) is None
    assert disagreement("a: `x`", "b") is None
    assert disagreement("a: `x` is 1", None) == "only Nicol rejects: a: _ is N"
    assert disagreement(None, 'Field "x" is wrong') == "only Prisma rejects: Field _ is wrong"


def test_without_a_judge_the_campaign_says_so_in_a_line(monkeypatch, capsys):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert main(["schema"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("skipped: ")
    assert printed.count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(folder() is None, reason="NICOL_ORACLE names no folder of Prisma's engines")
def test_a_share_of_the_mutants_gets_prismas_verdict_and_formatting():
    home = folder()
    assert home is not None
    tally = run(200, seed=3, home=home, jobs=1, largest=3_000)
    assert tally.asked > 150
    assert agreement(tally.faults, tally.asked, explained=True) >= 98
    assert agreement(tally.formattings, tally.valid, explained=True) >= 98
    assert not tally.unstable
