"""Lists side by side on SQLite: what they cost grows as they do."""

from __future__ import annotations

import apsw
import pytest

from nicol.dialects.sqlite.lists import beside, list_text


def work(items: int) -> int:
    """The steps of SQLite's machine, in hundreds, for two lists of so many items."""
    values, joins = beside(["?1", "?2"], [False, False])
    connection = apsw.Connection(":memory:")
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    connection.set_progress_handler(count, 100)
    lists = list_text(list(range(items))), list_text([f"k{number}" for number in range(items)])
    rows = connection.execute(f"SELECT {', '.join(values)} FROM {joins}", lists).fetchall()
    assert rows == [(number, f"k{number}") for number in range(items)]
    return steps


@pytest.mark.proves("Client", "many keys of two fields cost as much as they are many", only="sqlite")
def test_ten_times_as_many_items_are_ten_times_the_work() -> None:
    assert work(5000) < 15 * work(500)
