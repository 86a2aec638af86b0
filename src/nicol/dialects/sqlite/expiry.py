"""Old rows of a SQLite table: a file holds times in four forms, and none of them may be taken for older than it is."""

from __future__ import annotations

from dataclasses import replace

from nicol.dialects.expiry import Expired, Expiry, Pace, stays
from nicol.sql.json import json_text
from nicol.sql.program import Program, Statement, rows
from nicol.sql.quoting import quote

PACE = Pace(seconds=0.008, rest=1.0)


def counted(expiry: Expiry) -> str:
    """The statement that counts the rows that may go, and tells the oldest time among them."""
    where = " AND ".join((condition(expiry), *stays(expiry)))
    return f"SELECT count(*), min({_time(expiry)}) FROM {expiry.source} WHERE {where}"


def condition(expiry: Expiry) -> str:
    """Older than so many days by the machine's clock."""
    return f"({_numbers(expiry)} OR {_texts(expiry)})"


def coming(expiry: Expiry, names: tuple[str, ...], limit: int) -> str:
    """The statement that tells the earliest of these rows: their time, whether it is over, and some of their columns."""
    over, time = condition(replace(expiry, days=0)), _time(expiry)
    columns = ", ".join(f"t.{quote(name)}" for name in names)
    where = " AND ".join((condition(expiry), *stays(expiry)))
    return (
        f"SELECT {time}, {over}, {columns} FROM {expiry.source} WHERE {where} ORDER BY {time} LIMIT {limit}"
    )


def expire(expiry: Expiry, after: str | float | None, limit: int) -> Program[Expired]:
    """Delete the oldest rows from a time on, at most so many."""
    later = () if after is None else (after,)
    forms = (_oldest(expiry, form, after) for form in (_numbers(expiry), _texts(expiry)))
    found = yield from rows(f"{' UNION ALL '.join(forms)} LIMIT ?1", limit, *later)
    if not found:
        return Expired(0, after)
    keys = json_text([key for key, _ in found])
    yield Statement(
        f"DELETE FROM {quote(expiry.table)} WHERE _rowid_ IN (SELECT value FROM json_each(?1))", (keys,)
    )
    return Expired(len(found), found[-1][1])


def _oldest(expiry: Expiry, form: str, after: str | float | None) -> str:
    """The oldest rows of one form, which an index on the time finds in order."""
    later = () if after is None else (f"{_time(expiry)} >= ?2",)
    where = " AND ".join((form, *later, *stays(expiry)))
    return (
        f"SELECT * FROM (SELECT t._rowid_, {_time(expiry)} FROM {expiry.source} WHERE {where} "
        f"ORDER BY {_time(expiry)} LIMIT ?1)"
    )


def _numbers(expiry: Expiry) -> str:
    """Milliseconds: numbers come before all texts (https://sqlite.org/datatype3.html)."""
    return f"{_time(expiry)} < unixepoch('now', '{-expiry.days:+d} days', 'subsec') * 1000"


def _texts(expiry: Expiry) -> str:
    """Texts are compared as they are, for the index, and then as the moments that they mean.

    Text with a blank sorts before text with a `T`, so that the first comparison alone would take it for a day older. What is
    no time at all stays; a bare number would be a Julian day (https://sqlite.org/lang_datefunc.html).
    """
    time, age = _time(expiry), f"'now', '{-expiry.days:+d} days'"
    spelled = f"replace(replace({time}, ' UTC', '+00:00'), ' +', '+')"
    return (
        f"({time} >= '0' AND {time} < strftime('%Y-%m-%dT%H:%M:%f', {age}) "
        f"AND {time} GLOB '[0-9][0-9][0-9][0-9]-*' AND julianday({spelled}) < julianday({age}))"
    )


def _time(expiry: Expiry) -> str:
    return f"t.{quote(expiry.time)}"
