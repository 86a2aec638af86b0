"""What a statement of a script will do to others: the locks it takes, and what it costs, to be counted in the live database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nicol.dialects.statements import Token


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on a table (or on all of the database, where it knows no smaller one), in the database's word.

    `waits`: who has to wait meanwhile, in words; empty when nobody who reads or writes does.
    """

    table: str
    mode: str
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """What a statement costs when a count is not zero: the query that counts in its `table`, and the sentence (`counted`).

    `stops`: the statement cannot be carried out then.
    """

    table: str
    count: str
    sentence: str
    stops: bool = False

    def asked_of(self, table: str) -> str:
        """The query, where something else stands for the table that it asks."""
        start, _, rest = self.count.partition(f" FROM {self.table}")
        return f"{start} FROM {table}{rest}"


@dataclass(frozen=True, slots=True)
class Outlook:
    """The locks and the risks of one statement."""

    locks: tuple[Lock, ...] = ()
    risks: tuple[Risk, ...] = ()


def risks(parts: Sequence[Token]) -> tuple[Risk, ...]:
    """The risks of a statement in the SQL that the databases share; tables and columns as it spells them."""
    words = [part.word for part in parts]
    match words:
        case ["DROP", "TABLE", *_]:
            table = spelled(behind(parts, 2))
            return (
                Risk(table, f"SELECT count(*) FROM {table}", f"{table} goes with its {{count}} {{row|rows}}"),
            )
        case ["DELETE", "FROM", *_]:
            table = spelled(parts[2:])
            rest = "those that a condition picks out of " if "WHERE" in words else ""
            return (
                Risk(
                    table,
                    f"SELECT count(*) FROM {table}",
                    f"deletes {rest}the {{count}} {{row|rows}} of {table}",
                ),
            )
        case ["TRUNCATE", *_]:
            table = spelled(behind(parts, 1))
            return (
                Risk(
                    table, f"SELECT count(*) FROM {table}", f"deletes the {{count}} {{row|rows}} of {table}"
                ),
            )
        case ["ALTER", "TABLE", *_]:
            return _of_table(spelled(behind(parts, 2)), parts)
        case ["CREATE", "UNIQUE", "INDEX", *_] if "WHERE" not in words:
            return _of_unique_index(parts)
        case _:
            return ()


_NO_COLUMN = ("CONSTRAINT", "DEFAULT", "NOT", "IDENTITY", "EXPRESSION")


def _of_table(table: str, parts: Sequence[Token]) -> tuple[Risk, ...]:
    found: list[Risk] = []
    for place, part in enumerate(parts[:-1]):
        if part.word == "ADD" and parts[place + 1].word not in _NO_NEW_COLUMN:
            found += _of_new_column(table, _clause(parts[place + 1 :]))
        if place == 0 or part.word not in ("DROP", "ALTER") or parts[place + 1].word in _NO_COLUMN:
            continue
        rest = behind(parts, place + (2 if parts[place + 1].word == "COLUMN" else 1))
        column = spelled(rest)
        what = [each.word for each in rest[1:4]]
        if part.word == "DROP":
            query, sentence = (
                f"SELECT count({column}) FROM {table}",
                f"the column {column} of {table} goes with its {{count}} {{value|values}}",
            )
            found.append(Risk(table, query, sentence))
        elif what == ["SET", "NOT", "NULL"]:
            query = f"SELECT count(*) FROM {table} WHERE {column} IS NULL"
            found.append(
                Risk(table, query, f"{{count}} {{row|rows}} of {table} {{has|have}} no {column}", stops=True)
            )
        elif what[:1] == ["TYPE"] or what == ["SET", "DATA", "TYPE"]:
            found.append(
                Risk(
                    table,
                    f"SELECT count(*) FROM {table}",
                    f"may write the {{count}} {{row|rows}} of {table} anew",
                )
            )
    return tuple(found)


_NO_NEW_COLUMN = ("CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUDE", "GENERATED")
_FILLED = {"DEFAULT", "GENERATED", "AS", "SERIAL", "SMALLSERIAL", "BIGSERIAL"}


def _of_new_column(table: str, clause: Sequence[Token]) -> Iterator[Risk]:
    """A column that must have a value, and gives none to the rows that are there."""
    named = behind(clause, 1 if clause[0].word == "COLUMN" else 0)
    words = [part.word for part in named[1:]]
    if ("NOT", "NULL") in pairwise(words) and not _FILLED & set(words):
        sentence = (
            f"{{count}} {{row|rows}} of {table} {{gets|get}} no {spelled(named)}, which must not be null"
        )
        yield Risk(table, f"SELECT count(*) FROM {table}", sentence, stops=True)


def _clause(parts: Sequence[Token]) -> Sequence[Token]:
    """Up to the comma behind which the next change begins."""
    depth = 0
    for place, part in enumerate(parts):
        depth += (part.kind == "open") - (part.kind == "close")
        if part.text == "," and depth == 0:
            return parts[:place]
    return parts


def _of_unique_index(parts: Sequence[Token]) -> tuple[Risk, ...]:
    words = [part.word for part in parts]
    rest = behind(parts, words.index("ON") + 1)
    table = spelled(rest)
    inside = [part for part in rest if part.kind in ("open", "close")]
    if len(inside) != 2:
        return ()  # expressions, which might mean anything
    names = [part for part in rest if inside[0].start < part.start < inside[1].start]
    columns = [
        part.text
        for part, before in zip(names, (inside[0], *names), strict=False)
        if before.text in ("(", ",")
    ]
    listed = ", ".join(columns)
    filled = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {filled} GROUP BY {listed} HAVING count(*) > 1) AS twice"
    return (
        Risk(
            table,
            query,
            f"{{count}} {{value|values}} of ({listed}) {{occurs|occur}} in several rows of {table}",
            stops=True,
        ),
    )


def spelled(parts: Sequence[Token]) -> str:
    """A name with its namespaces at the beginning of tokens, as the statement spells it."""
    last = 0
    while last + 2 < len(parts) and parts[last + 1].text == ".":
        last += 2
    return "".join(part.text for part in parts[: last + 1])


def behind(parts: Sequence[Token], place: int) -> Sequence[Token]:
    """The tokens from a place on, without the small words that may stand before a name."""
    while place < len(parts) - 1 and parts[place].word in (
        "IF",
        "NOT",
        "EXISTS",
        "ONLY",
        "TABLE",
        "CONCURRENTLY",
    ):
        place += 1
    return parts[place:]
