"""Names never become anything but names, and values never become text."""

from __future__ import annotations

from typing import Literal

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nicol.dialects import named
from nicol.dialects.sqlite.render import PORTABLE, RENDERER
from nicol.sql.renderer import Renderer
from nicol.sql.tree import (
    And,
    Column,
    Compare,
    InList,
    Like,
    Named,
    Not,
    Number,
    Or,
    Param,
    Select,
    Table,
    Update,
)
from nicol.sql.tree import Assignment as Set

Place = Literal["contains", "startswith", "endswith"]
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@pytest.fixture(scope="module")
def connection() -> apsw.Connection:
    """SQLite in memory."""
    return apsw.Connection(":memory:")


@given(table=NAMES, column=NAMES, alias=NAMES)
def test_any_name_is_a_name(connection: apsw.Connection, table: str, column: str, alias: str) -> None:
    quoted = [RENDERER.table(Table(name)) for name in (table, column)]
    with connection:
        if table.lower().startswith("sqlite_"):
            return
        connection.execute(f"CREATE TABLE {quoted[0]} ({quoted[1]} TEXT)")
        connection.execute(RENDERER.render(Select((Named(Column(column), alias),), Table(table))).text)
        text = RENDERER.render(
            Update(Table(table), (Set(column, Param(0)),), Compare("=", Column(column), Param(1)))
        ).text
        connection.execute(text, ("x", "y"))
        connection.execute(f"DROP TABLE {quoted[0]}")


@given(hay=TEXTS, needle=TEXTS, renderer=st.sampled_from([RENDERER, PORTABLE]))
def test_nothing_in_a_text_is_a_wildcard(
    connection: apsw.Connection, hay: str, needle: str, renderer: Renderer
) -> None:
    places: dict[Place, bool] = {
        "contains": needle in hay,
        "startswith": hay.startswith(needle),
        "endswith": hay.endswith(needle),
    }
    for place, found in places.items():
        tree = Select((Like(Param(0), Param(1), place),))
        rendered = renderer.render(tree)
        pattern = renderer.pattern(place, needle, insensitive=False)
        ((answer,),) = connection.execute(rendered.text, (hay, pattern)).fetchall()
        folded = hay.lower() != hay or needle.lower() != needle
        assert bool(answer) == found or (renderer is RENDERER and folded)


@pytest.mark.parametrize(("provider", "placeholders"), [("sqlite", "?1 ?2 ?1"), ("postgresql", "$1 $2 $1")])
def test_a_value_used_twice_is_sent_once(provider: str, placeholders: str) -> None:
    one, two, three = placeholders.split()
    tree = Select((Param(7), Param(3), Param(7)))
    rendered = named(provider, portable=True).renderer.render(tree)
    assert (rendered.text, rendered.slots) == (f"SELECT {one}, {two}, {three}", (7, 3))


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (And(()), ""),
        (Or(()), " WHERE 1=0"),
        (Not(And(())), " WHERE NOT (1=1)"),
        (And((Or((Number(1), Number(2))), Number(3))), " WHERE (1 OR 2) AND 3"),
        (Or((And((Number(1), Number(2))), Number(3))), " WHERE (1 AND 2) OR 3"),
        (InList(Column("a"), Param(0)), ' WHERE "a" IN (SELECT value FROM json_each(?1))'),
    ],
)
def test_conditions_are_grouped_as_they_are_meant(condition: object, text: str) -> None:
    assert (
        RENDERER.render(Select((Number(1),), Table("t"), where=condition)).text == f'SELECT 1 FROM "t"{text}'
    )  # type: ignore[arg-type]
