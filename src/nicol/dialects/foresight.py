"""What tables will hold behind statements that are still to be carried out: each as a query over the tables that are there.

Nothing is written to find out what a later statement of a plan will meet. What a statement makes of rows is told in SQL where
that can be read off it; where it cannot (a procedure, values from elsewhere), the table is no longer `sure`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nicol.catalog import Catalog
from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.reader import Reader, items, outside
from nicol.dialects.lint.rule import Script
from nicol.dialects.statements import Token
from nicol.sql.quoting import quote, quote_full


@dataclass(frozen=True, slots=True)
class Held:
    """What a table holds: SQL that stands behind FROM, and the SQL names of its columns by key, with their defaults.

    `sure` false: a statement before may have changed the rows in a way that cannot be read off it.
    """

    sql: str
    name: str
    columns: Mapping[str, str]
    defaults: Mapping[str, str] = field(default_factory=dict[str, str])
    sure: bool = True

    def selecting(self, values: Mapping[str, str], condition: str = "") -> str:
        """A query for other values of all columns, as the part of a FROM clause that bears the table's own name."""
        listed = ", ".join(f"{value} AS {self.columns[key]}" for key, value in values.items())
        where = f" WHERE {condition}" if condition else ""
        return f"(SELECT {listed or '1'} FROM {self.sql}{where}) AS {self.name}"


_BY_HAND = frozenset({"DO", "CALL", "COPY", "MERGE", "EXECUTE", "SELECT", "WITH", "EXPLAIN"})
"""What may write to any table."""


class Foresight:
    """The tables of a database along a plan. `read` takes a statement as the rules about scripts read it."""

    def __init__(self, live: Catalog, read: Callable[[str], Script]) -> None:
        self._read = read
        self._held: dict[str, Held] = dict(self._live(live))

    def _live(self, live: Catalog) -> Iterator[tuple[str, Held]]:
        for table in live.tables:
            full = quote_full(table.namespace, table.name)
            columns = ", ".join(f"{quote(column.name)} int" for column in table.columns)
            for act in self._read(f"CREATE TABLE {full} ({columns})").acts:
                if isinstance(act.deed, d.CreateTable):
                    names = {each.name.key: quote(each.name.shown) for each in act.deed.columns}
                    yield act.deed.table.key, Held(full, quote(table.name), names)

    def held(self, statement: str) -> Held | None:
        """What the table holds that a statement is about; None where it is not there or there is none."""
        acts = self._read(statement).acts
        return self._held.get(_table(acts[0].deed)) if acts else None

    def doubt(self) -> None:
        """Be sure of nothing more: something ran that no SQL tells of."""
        self._held = {key: replace(held, sure=False) for key, held in self._held.items()}

    def read(self, statement: str) -> None:
        """Go past a statement."""
        script = self._read(statement)
        tokens = script.parts[0].tokens if script.parts else ()
        if tokens and tokens[0].word in _BY_HAND:
            self.doubt()
            return
        for act in script.acts:
            self._after(act.deed, statement, tokens)

    def _after(self, deed: d.Deed, text: str, tokens: Sequence[Token]) -> None:
        match deed:
            case d.CreateTable():
                self._held[deed.table.key] = _made(deed, text)
            case d.Drop(kind="TABLE"):
                for name in deed.names:
                    self._held.pop(name.key, None)
            case d.Truncate():
                for name in deed.tables:
                    self._change(name.key, _emptied)
            case d.RenameTable():
                self._rename(deed)
            case d.CreateTrigger():
                self._change(deed.table.key, _unsure)
            case d.AddColumn() | d.DropColumn() | d.RenameColumn():
                self._change(deed.table.key, lambda held: _altered(held, deed, text))
            case d.Update():
                self._change(deed.table.key, lambda held: _updated(held, deed, text, tokens))
            case d.Delete():
                self._change(deed.table.key, lambda held: _deleted(held, text, tokens))
            case d.Insert():
                self._change(deed.table.key, lambda held: self._filled(held, deed, text))
            case _:
                pass

    def _change(self, key: str, change: Callable[[Held], Held]) -> None:
        if (held := self._held.get(key)) is not None:
            self._held[key] = change(held)

    def _rename(self, deed: d.RenameTable) -> None:
        held = self._held.pop(deed.table.key, None)
        if held is not None:
            name = quote(deed.new.shown)
            columns = ", ".join(held.columns.values()) or "1"
            sql = f"(SELECT {columns} FROM {held.sql}) AS {name}"
            self._held[deed.new.key] = replace(held, sql=sql, name=name)

    def _filled(self, held: Held, deed: d.Insert, text: str) -> Held:
        """Rows of one other table, one for one or fewer."""
        words = [part.word for part in deed.body]
        source = self._held.get(deed.sources[0]) if len(deed.sources) == 1 else None
        plain = (
            deed.selects and deed.conflict is None and words.count("SELECT") == 1 and "RETURNING" not in words
        )
        columns = deed.columns or tuple(held.columns)
        if not plain or source is None or not set(columns) <= set(held.columns):
            return _unsure(held)
        body = _with_source(deed.body, text, source)
        rest = {key: held.defaults.get(key, "NULL") for key in held.columns if key not in columns}
        given = ", ".join(held.columns[key] for key in columns)
        listed = ", ".join(
            held.columns[key] if key in columns else f"{rest[key]} AS {held.columns[key]}"
            for key in held.columns
        )
        fresh = f"WITH given ({given}) AS ({body}) SELECT {listed} FROM given"
        old = ", ".join(held.columns.values())
        union = f"(SELECT {old} FROM {held.sql} UNION ALL SELECT * FROM ({fresh}) AS more) AS {held.name}"
        return replace(held, sql=union, sure=held.sure and source.sure)


def _table(deed: d.Deed) -> str:
    match deed:
        case d.Drop(names=(first, *_)) | d.Truncate(tables=(first, *_)):
            return first.key
        case _:
            table = getattr(deed, "table", None)
            return table.key if isinstance(table, d.Name) else ""


def _made(deed: d.CreateTable, text: str) -> Held:
    columns = {each.name.key: quote(each.name.shown) for each in deed.columns}
    listed = ", ".join(f"{_null(each, text)} AS {quote(each.name.shown)}" for each in deed.columns) or "1"
    defaults = {each.name.key: _text(each.default, text) for each in deed.columns if each.default is not None}
    name = quote(deed.table.shown)
    return Held(f"(SELECT {listed} WHERE 1 = 0) AS {name}", name, columns, defaults, not deed.copied)


_NUMBERED = {"SMALLSERIAL": "smallint", "SERIAL": "integer", "BIGSERIAL": "bigint"}


def _null(column: d.Column, text: str) -> str:
    """A null of a column's type: some databases ask of which one it is."""
    name = _NUMBERED.get(column.type_text) or _text(column.type, text)
    return f"CAST(NULL AS {name})" if name else "NULL"


def _emptied(held: Held) -> Held:
    return replace(held, sql=held.selecting(_same(held), "1 = 0"))


def _unsure(held: Held) -> Held:
    return replace(held, sure=False)


def _same(held: Held) -> dict[str, str]:
    return dict(held.columns)


def _altered(held: Held, deed: d.AddColumn | d.DropColumn | d.RenameColumn, text: str) -> Held:
    values = _same(held)
    match deed:
        case d.AddColumn(column=column):
            name = quote(column.name.shown)
            default = _text(column.default, text) if column.default is not None else _null(column, text)
            wider = replace(held, columns={**held.columns, column.name.key: name})
            sql = wider.selecting({**values, column.name.key: default})
            computed = column.generated or column.identity or "SERIAL" in column.type_text
            defaults = {**held.defaults, column.name.key: default}
            return replace(wider, sql=sql, defaults=defaults, sure=held.sure and not computed)
        case d.DropColumn(column=column):
            left = {key: name for key, name in held.columns.items() if key != column.key}
            return replace(held, columns=left, sql=replace(held, columns=left).selecting(left))
        case d.RenameColumn(column=old, new=new):
            names = {(new.key if key == old.key else key): name for key, name in held.columns.items()}
            if new.key not in names:
                return held
            renamed = replace(held, columns={**names, new.key: quote(new.shown)})
            return replace(renamed, sql=renamed.selecting(names))


def _updated(held: Held, deed: d.Update, text: str, tokens: Sequence[Token]) -> Held:
    """Assignments of plain expressions; those that ask other tables cannot be foreseen."""
    reader = Reader(tokens, lambda token: token.text)
    reader.until(lambda token: token.word == "SET")
    named = tokens[reader.place - 1] if reader.place else None
    reader.take("SET")
    assigned = items(reader.until(lambda token: token.word in ("FROM", "WHERE", "RETURNING")))
    condition = _condition(reader, text)
    aliased = named is None or named.end != deed.table.end
    simple = all(len(item) > 2 and item[1].text == "=" for item in assigned) and len(assigned) == len(
        deed.columns
    )
    if condition is None or aliased or not simple or any(token.word == "SELECT" for token in tokens):
        return _unsure(held)
    values = _same(held)
    for name, item in zip(deed.columns, assigned, strict=True):
        if name.key not in values:
            return _unsure(held)
        new = _text(item[2:], text)
        old = values[name.key]
        new = held.defaults.get(name.key, "NULL") if new.upper() == "DEFAULT" else f"({new})"
        values[name.key] = f"CASE WHEN {condition} THEN {new} ELSE {old} END" if condition else new
    return replace(held, sql=held.selecting(values))


def _deleted(held: Held, text: str, tokens: Sequence[Token]) -> Held:
    reader = Reader(tokens, lambda token: token.text)
    reader.until(lambda token: token.word in ("WHERE", "USING", "RETURNING", "AS"))
    condition = _condition(reader, text)
    if condition is None or any(token.word == "SELECT" for token in tokens):
        return _unsure(held)
    return replace(
        held, sql=held.selecting(_same(held), f"({condition}) IS NOT TRUE" if condition else "1 = 0")
    )


def _condition(reader: Reader, text: str) -> str | None:
    """What stands behind WHERE up to the end; empty without one, None where something else follows."""
    rest = reader.rest
    if not rest:
        return ""
    if rest[0].word != "WHERE" or any(part.word in ("RETURNING", "ORDER", "LIMIT") for part in outside(rest)):
        return None
    return f"({_text(rest[1:], text)})"


def _with_source(body: Sequence[Token], text: str, source: Held) -> str:
    """A query in which what the only table holds then stands in the place of its name."""
    place = next(at for at, part in enumerate(body) if part.word == "FROM")
    last = place + 1
    while last + 2 < len(body) and body[last + 1].text == ".":
        last += 2
    return f"{text[body[0].start : body[place].end]} {source.sql}{text[body[last].end : body[-1].end]}"


def _text(tokens: Sequence[Token], text: str) -> str:
    return text[tokens[0].start : tokens[-1].end] if tokens else ""
