"""A bounded share of the campaign of calls; worlds are the same every time, and the campaign sees what is wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from campaigns.client import groups
from campaigns.client.calls import Call
from campaigns.client.memory import Memory, Row
from campaigns.client.shrink import shrink, snippet
from campaigns.client.trial import REFERENCE, schema_of, trial
from campaigns.client.worlds import Model, random_world, spelled

WORLDS, CALLS = 6, 100


def test_worlds_are_valid_schemas_and_the_same_every_time():
    for number in range(20):
        one, same = (random_world(Random(f"{number}")) for _ in range(2))
        assert spelled(one) == spelled(same)
        schema_of(one, "sqlite")


@pytest.mark.slow
@pytest.mark.proves(
    "Client",
    "random calls on random schemas are answered as plain Python answers them",
    on=("sqlite", "postgresql"),
)
def test_no_call_is_answered_otherwise_than_plain_python_answers_it(
    tmp_path: Path, sqlite_url: str, postgres_url: str
):
    urls, counts = {"sqlite": sqlite_url, "postgresql": postgres_url}, Counter[str]()
    with asyncio.Runner() as runner:
        outcomes = [trial(f"share:{number}", urls, CALLS, tmp_path, runner) for number in range(WORLDS)]
    assert [(each.seed, each.fault) for each in outcomes if each.fault] == []
    for each in outcomes:
        counts += each.counts
    assert all(counts[operation] for operation in (*REFERENCE, "on views")), counts


def test_a_difference_is_found_and_made_small(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    def miscounted(memory: Memory, model: Model, args: Row) -> Any:
        found = groups.count(memory, model, args)
        return found + 1 if isinstance(found, int) else found

    monkeypatch.setitem(REFERENCE, "count", miscounted)
    with asyncio.Runner() as runner:
        outcome = trial("wrong", {"sqlite": sqlite_url}, CALLS, tmp_path, runner)
        assert outcome.fault.startswith("sqlite: expected")
        calls, fault = shrink(outcome, {"sqlite": sqlite_url}, tmp_path, runner)
    assert calls == [Call(outcome.calls[-1].model, "count", {})] and fault.endswith("got 0")
    assert snippet(outcome.world, calls).endswith(".count())")
