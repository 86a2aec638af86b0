"""A bounded share of the campaign of pairs; and pairs are the same every time."""

from __future__ import annotations

from random import Random

import pytest

from campaigns.migrations.drafts import KINDS, Chance, pair, spelled
from campaigns.migrations.trial import dialect_of, schema_of, trial
from nicol.drivers import open_database

SHARE = 40


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_are_valid_schemas_and_the_same_every_time(kind: str):
    for number in range(10):
        one, same = (pair(Chance(Random(f"{number}"), kind)) for _ in range(2))
        assert (spelled(one.before), spelled(one.after)) == (spelled(same.before), spelled(same.after))
        for draft in (one.before, one.after):
            schema_of(spelled(draft), dialect_of(kind))


@pytest.mark.slow
@pytest.mark.proves(
    "Migrations",
    "random pairs of schemas end as wanted, without a lost row",
    on=("sqlite", "postgresql"),
)
@pytest.mark.parametrize("kind", KINDS)
def test_no_pair_of_schemas_ends_otherwise_than_wanted_or_costs_a_row(
    kind: str, request: pytest.FixtureRequest
):
    url = request.getfixturevalue("postgres_url" if kind == "postgresql" else "sqlite_url")
    with open_database(url) as database:
        outcomes = [trial(f"share:{kind}:{number}", kind, database) for number in range(SHARE)]
    assert [(outcome.seed, outcome.faults) for outcome in outcomes if outcome.faults] == []
    assert sum(outcome.ended == "carried" for outcome in outcomes) > SHARE / 2
