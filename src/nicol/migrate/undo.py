"""The way back through a history: the renames that its scripts make, and the same renames undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from nicol.catalog import Catalog, ObjectName
from nicol.dialects import changes as c
from nicol.dialects.tokens import Kind, Token, tokens_of
from nicol.migrate.renames import Former, columns_renamed, listed_values, renamed, table_renamed


def renames_in(statements: Iterable[str]) -> tuple[c.Rename, ...]:
    """The renames that a script makes, in order; a table that the script itself made under another name is none."""
    found: list[c.Rename] = []
    made: set[ObjectName] = set()
    for statement in statements:
        reader = _Reader([token for token in tokens_of(statement) if token.text != ";"])
        if (table := reader.created()) is not None:
            made.add(table)
        else:
            found += (each for each in reader.renames() if not _of_new(each, made))
    return tuple(found)


def _of_new(rename: c.Rename, made: set[ObjectName]) -> bool:
    return isinstance(rename, c.RenameTable) and rename.before in made


def undone(renames: Sequence[c.Rename], now: Catalog, then: Catalog) -> tuple[tuple[c.Rename, ...], Catalog]:
    """The renames that lead back from one catalog towards an earlier one, and what the first is after them.

    Values are rewritten last, under the names that their columns have then. Left out is what came or went since under one
    of the two names: that is no rename any more.
    """
    back: list[c.Rename] = []
    for place in reversed(range(len(renames))):
        for each in _inverse(renames[place], now, then, Former(tuple(renames[:place]))):
            back.append(each)
            now = renamed(now, (each,))
    back.sort(key=lambda each: isinstance(each, c.RewriteValue))
    return tuple(back), now


def _inverse(rename: c.Rename, now: Catalog, then: Catalog, former: Former) -> Iterator[c.Rename]:
    """`former` knows the names that the earlier catalog has for what the renames before this one brought to its names."""
    match rename:
        case c.RenameTable(before=old, after=new):
            table = now.table(new.name, new.namespace)
            if table is not None and now.table(old.name, old.namespace) is None:
                yield table_renamed(table, old)
        case c.RenameColumn(table=name, before=old, after=new):
            table = now.table(name.name, name.namespace)
            if table is not None and table.column(new) is not None and table.column(old) is None:
                yield from columns_renamed(table, {new: old})
        case c.RenameEnum(before=old, after=new):
            keys = {enum.key for enum in now.enums}
            if new in keys and old not in keys:
                yield c.RenameEnum(new, old)
        case c.RenameEnumValue(enum=name, before=old, after=new):
            values = next((enum.values for enum in now.enums if enum.key == name), ())
            if new in values and old not in values:
                yield c.RenameEnumValue(name, new, old)
        case c.RewriteValue(table=name, column=column, before=old, after=new, listed=listed):
            first = former.table(name), former.column(name, column)
            if _bounds(now, name, column, new, old) and _bounds(then, *first, old, new):
                yield c.RewriteValue(*first, new, old, listed)
        case _:
            assert_never(rename)


def _bounds(catalog: Catalog, name: ObjectName, column: str, value: str, other: str) -> bool:
    """True when the column's values are those of an enum that has the one and not the other."""
    table = catalog.table(name.name, name.namespace)
    found = (listed_values(check) for check in table.checks) if table else ()
    return any(each is not None and column in each[0] and _lists(each[1], value, other) for each in found)


def _lists(values: tuple[str, ...], value: str, other: str) -> bool:
    return value in values and other not in values


# ---- reading statements ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """Reads one statement from its start; each method leaves the place where it is when it finds nothing."""

    tokens: Sequence[Token]
    place: int = 0

    def created(self) -> ObjectName | None:
        """The table that the statement makes."""
        if not self._words("CREATE", "TABLE"):
            return None
        self._words("IF", "NOT", "EXISTS")
        return self.name()

    def renames(self) -> Iterator[c.Rename]:
        """The renames that the statement makes."""
        if self._words("ALTER", "TABLE"):
            found = self._of_table()
        elif self._words("ALTER", "TYPE"):
            found = self._of_type()
        else:
            yield from self._rewritten()
            return
        if found is not None:
            yield found

    def _of_table(self) -> c.Rename | None:
        self._words("IF", "EXISTS")
        self._words("ONLY")
        table = self.name()
        moved = self._moved(table)
        if table is None or moved is not None:
            return c.RenameTable(table, moved) if table and moved else None
        if not self._words("RENAME"):
            return None
        self._words("COLUMN")
        old = self.name()
        new = self.name() if self._words("TO") else None
        return c.RenameColumn(table, old.name, new.name) if old and new else None

    def _of_type(self) -> c.Rename | None:
        enum = self.name()
        moved = self._moved(enum)
        if enum is None or moved is not None:
            return c.RenameEnum(enum, moved) if enum and moved else None
        if not self._words("RENAME", "VALUE"):
            return None
        old = self._text()
        new = self._text() if self._words("TO") else None
        return c.RenameEnumValue(enum, old, new) if old is not None and new is not None else None

    def _moved(self, name: ObjectName | None) -> ObjectName | None:
        if name is None:
            return None
        if self._words("RENAME", "TO"):
            new = self.name()
            return ObjectName(new.name, name.namespace) if new else None
        if self._words("SET", "SCHEMA"):
            space = self.name()
            return ObjectName(name.name, space.name) if space else None
        return None

    def _rewritten(self) -> Iterator[c.Rename]:
        """`UPDATE "t" SET "c" = CASE "c" WHEN 'A' THEN 'B' ELSE "c" END …`, or the same while the table is made anew.

        The items of a list are `value` there, out of `json_each("c")`.
        """
        if self._words("UPDATE"):
            table = self.name()
        elif self._words("INSERT", "INTO"):
            table = self._source()
        else:
            return
        for at, token in enumerate(self.tokens[:-4]):
            if table is None or token.word != "CASE":
                continue
            column, when, old, then, new = (
                self.tokens[at + 1 : at + 6] if at + 6 <= len(self.tokens) else [token] * 5
            )
            if when.word == "WHEN" and then.word == "THEN" and {old.kind, new.kind} == {Kind.TEXT}:
                listed = column.word == "VALUE"
                name = self._listed(at) if listed else column.name
                yield c.RewriteValue(table, name, _text(old) or "", _text(new) or "", listed)

    def _source(self) -> ObjectName | None:
        """The table out of which a statement takes all its rows: what stands behind its last FROM."""
        last = max((at for at, token in enumerate(self.tokens) if token.word == "FROM"), default=None)
        return _Reader(self.tokens, last + 1).name() if last is not None else None

    def _listed(self, at: int) -> str:
        """The column whose items are looked at behind a place."""
        each = next((n for n in range(at, len(self.tokens) - 2) if self.tokens[n].word == "JSON_EACH"), None)
        return self.tokens[each + 2].name if each is not None else ""

    def _words(self, *words: str) -> bool:
        found = tuple(token.word for token in self.tokens[self.place : self.place + len(words)])
        if found != words:
            return False
        self.place += len(words)
        return True

    def name(self) -> ObjectName | None:
        """A name, with its namespace if it is given."""
        first = self._part()
        if first is None:
            return None
        if self.place < len(self.tokens) and self.tokens[self.place].text == ".":
            self.place += 1
            second = self._part()
            return ObjectName(second, first) if second is not None else None
        return ObjectName(first)

    def _part(self) -> str | None:
        if self.place >= len(self.tokens) or self.tokens[self.place].kind not in (Kind.NAME, Kind.WORD):
            return None
        token = self.tokens[self.place]
        self.place += 1
        return token.name

    def _text(self) -> str | None:
        found = _text(self.tokens[self.place]) if self.place < len(self.tokens) else None
        self.place += found is not None
        return found


def _text(token: Token) -> str | None:
    if token.kind is not Kind.TEXT or not token.text.startswith("'"):
        return None
    return token.text[1:-1].replace("''", "'")


# ---- data ------------------------------------------------------------------------------------------------------------

_DATA = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "REPLACE"})


def writes_rows(statements: Sequence[str]) -> bool:
    """True when a script changes rows by its own words: not by a rename, and not while a table is made anew."""
    made = {table for statement in statements if (table := _Reader(tokens_of(statement)).created())}
    return any(_writes(tokens_of(statement), made) for statement in statements)


def _writes(tokens: list[Token], made: set[ObjectName]) -> bool:
    word = tokens[0].word if tokens else None
    if word == "INSERT":
        return _Reader(tokens, 2).name() not in made
    if word == "WITH":
        return any(token.word in ("INSERT", "UPDATE", "DELETE") for token in tokens)
    return word in _DATA and not any(_Reader(tokens).renames())
