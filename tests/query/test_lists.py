"""Lists of scalars: what filters ask of them, of values and of other fields, on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nicol.errors import QueryInvalid
from nicol.query.references import FieldRef
from tests.query.blog import Client

ROWS: list[dict[str, Any]] = [
    {"id": "a", "code": "x", "flake": "f", "words": ["x", "Y"], "sizes": [1, 2], "roles": ["ADMIN"], "exact": ["1.10"]},
    {"id": "b", "code": "y", "flake": "f", "words": [], "sizes": [], "roles": [], "exact": []},
    {"id": "c", "code": "z", "flake": "", "words": ["x", "x"], "sizes": [3], "roles": ["READER", "ADMIN"], "exact": ["1.1", 2]},
    {"id": "d", "code": "Y", "flake": "d", "words": ["d", "y"], "sizes": [2, 1], "roles": ["WRITER"], "exact": ["0"]},
]  # fmt: skip

CONDITIONS: list[tuple[dict[str, Any], str]] = [
    ({"words": ["x", "Y"]}, "a"),
    ({"words": {"equals": ["Y", "x"]}}, ""),
    ({"words": {"equals": []}}, "b"),
    ({"words": {"has": "x"}}, "ac"),
    ({"words": {"has_every": ["x", "Y"]}}, "a"),
    ({"words": {"has_every": []}}, "abcd"),
    ({"words": {"has_some": ["Y", "d"]}}, "ad"),
    ({"words": {"has_some": []}}, ""),
    ({"words": {"is_empty": True}}, "b"),
    ({"NOT": {"words": {"has": "x"}}}, "bd"),
    ({"sizes": {"has_every": [2, 1]}}, "ad"),
    ({"sizes": {"equals": [2, 1]}}, "d"),
    ({"roles": {"has": "ADMIN"}}, "ac"),
    ({"exact": {"has": Decimal("1.1")}}, "ac"),
    ({"exact": {"has_every": ["1.100", 2]}}, "c"),
    # another field of the row
    ({"words": {"has": FieldRef("code")}}, "a"),
    ({"NOT": {"words": {"has": FieldRef("code")}}}, "bcd"),
    ({"code": {"in": FieldRef("words")}}, "a"),
    ({"code": {"in": FieldRef("words"), "mode": "insensitive"}}, "ad"),
    ({"code": {"not_in": FieldRef("words")}}, "bcd"),
    ({"words": {"equals": FieldRef("words")}}, "abcd"),
    ({"words": {"has_every": FieldRef("words")}}, "abcd"),
    ({"words": {"has_some": FieldRef("words")}}, "acd"),
    ({"words": FieldRef("words")}, "abcd"),
]


@pytest.mark.proves(
    "Client", "filters of lists: has, has_every, has_some, is_empty, also against fields of the row"
)
def test_lists_are_asked_for_what_they_hold(db: Client) -> None:
    for row in ROWS:
        db("Gear", "create", data=row)
    found = {
        str(where): "".join(row.id for row in db("Gear", "find_many", where=where, order={"id": "asc"}))
        for where, _ in CONDITIONS
    }
    assert found == {str(where): expected for where, expected in CONDITIONS}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"words": {"has": FieldRef("words")}}, "cannot be compared with the field `words`"),
    ({"words": {"has_some": FieldRef("code")}}, "cannot be compared with the field `code`"),
    ({"words": {"equals": FieldRef("sizes")}}, "cannot be compared with the field `sizes`"),
    ({"code": {"in": FieldRef("roles")}}, "cannot be compared with the field `roles`"),
    ({"words": {"has": None}}, "cannot be None"),
    ({"words": {"has_every": "x"}}, "must be a list, not str"),
]


def test_lists_are_not_compared_with_what_is_no_list_of_theirs(db: Client) -> None:
    for where, message in WRONG:
        with pytest.raises(QueryInvalid) as found:
            db("Gear", "find_many", where=where)
        assert message in str(found.value), where
