"""What is given to a client beside its calls never becomes SQL: tags, levels, names of locks, names of events."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nicol.errors import ClientError, DriverError
from tests.laws.hostile import TEXTS

TAG = re.compile(r"/\*([A-Za-z0-9_.%~-]+)='([A-Za-z0-9_.%~-]*)'\*/")
"""The only form that a comment may have."""

STORABLE = [text for text in TEXTS if "\0" not in text and "\ud800" not in text and len(text) < 1000]


@pytest.mark.proves("Client", "tags, isolation levels and names of locks never become part of a statement")
def test_tags_stay_in_their_comment(db: Any, open_client: Any) -> None:
    said: list[str] = []
    client = open_client()
    client.on("query", lambda event: said.append(event.sql))
    db.tag.create(data={"name": "sentinel"})
    said.clear()
    client.tag.find_many()
    (plain,) = said
    for text in STORABLE:
        for tags in ({"route": text}, {text: "x"} if text else {}):
            said.clear()
            with client.tagged(**tags):
                assert [tag.name for tag in client.tag.find_many()] == ["sentinel"]
            (tagged,) = said
            rest = tagged.removeprefix(plain)
            assert tagged.startswith(plain) and (not rest.strip() or TAG.fullmatch(rest.strip())), tagged


def test_a_level_that_is_none_is_refused_before_anything_is_done(db: Any) -> None:
    for text in STORABLE:
        with pytest.raises((ClientError, DriverError)), db.tx(isolation_level=text) as tx:
            tx.tag.create(data={"name": text})
    assert db.tag.count() == 0


def test_any_text_is_the_name_of_a_lock(db: Any) -> None:
    for text in STORABLE:
        with db.tx() as tx:
            assert tx.advisory_lock(text) is True
            tx.tag.create(data={"name": text})
    assert db.tag.count() == len(set(STORABLE))
