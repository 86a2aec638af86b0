"""Many rows at once, level by level: rows that they point at, the rows themselves, then rows that point at them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, assert_never

from nicol.errors import DriverError
from nicol.query import query as q
from nicol.query.compile import bonds
from nicol.query.compile.bulk_rows import Given, Insert, Inserted, Manner, insert_part, skipping
from nicol.query.compile.columns import aliased, both, comparable
from nicol.query.compile.context import Act, Context, Frame
from nicol.query.compile.filters import condition
from nicol.query.compile.reach import bulk_reaches
from nicol.query.compile.rows import changes
from nicol.query.compile.sheets import ROWS, Column, encoded, saying, sheet
from nicol.query.faults import invalid, vanished
from nicol.query.models import Link, Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Row


def insert_bulk(ctx: Context, model: Model, bulk: q.Bulk, manner: Manner) -> Insert:
    """Insert rows with what hangs on them."""
    before = [(each.field, _obtaining(ctx, model.links[each.field], each)) for each in bulk.before]
    needed = _needed(ctx, model, bulk)
    columns = tuple(dict.fromkeys((*manner.returning, *model.columns(needed))))
    parts = [insert_part(ctx, model, rows, manner, columns) for rows in bulk.rows]
    again = _again(ctx, model, bulk, manner) if manner.returning else None
    width = len(manner.returning)
    wanted = {name: columns.index(model.stored[name].column) for name in needed}
    after = [hanging(ctx, model.links[each.field], each) for each in bulk.after]

    def insert(frame: Frame, given: Given) -> Program[Inserted]:
        found: dict[str, dict[int, Row]] = {name: {} for name, _ in before}
        for name, obtain in before:
            places, rows = yield from obtain(frame)
            found[name].update(zip(places, rows, strict=True))
        done = Inserted()
        for part in parts:
            yield from part(frame, given, found, done)
        known: Given = {}
        if after:
            known = _known(model, done, wanted)
            for hang in after:
                yield from hang(frame, known)
        if again is not None:
            yield from again(frame, known, done)
        elif len(columns) > width:
            done.rows = {place: row[:width] for place, row in done.rows.items()}
        return done

    return insert


def _needed(ctx: Context, model: Model, bulk: q.Bulk) -> tuple[str, ...]:
    """The fields of the rows that those behind them need, or that find the rows again."""
    names = dict.fromkeys(name for each in bulk.after for name in model.links[each.field].local)
    again = bulk.after and bulk_reaches(ctx.models, model, bulk, model.name)
    return tuple(dict.fromkeys((*names, *(model.id if again else ()))))


def _again(
    ctx: Context, model: Model, bulk: q.Bulk, manner: Manner
) -> Callable[[Frame, Given, Inserted], Program[None]] | None:
    """Reads the rows once more where what was written after them may have changed them."""
    if not bulk.after or not bulk_reaches(ctx.models, model, bulk, model.name):
        return None
    names = {field.column: name for name, field in model.stored.items()}
    look = _look_up(ctx, model, model.id, [names[column] for column in manner.returning])

    def read(frame: Frame, known: Given, done: Inserted) -> Program[None]:
        if done.rows:
            found = yield from look(frame, [known[name] for name in model.id])
            done.rows = {place: found[index] for index, place in enumerate(sorted(done.rows))}

    return read


def _known(model: Model, done: Inserted, wanted: Mapping[str, int]) -> Given:
    """What rows behind these need of them."""
    if done.loose:
        raise vanished(model.name)
    rows = done.in_order()
    return {name: [row[place] for row in rows] for name, place in wanted.items()}


# ---- rows that these point at ------------------------------------------------------------------------------------

_Obtained: TypeAlias = tuple[Sequence[int], Sequence[Row]]
"""What rows at the other end are pointed by, and the places of the rows on this side, one for each."""
_Obtain: TypeAlias = Act[_Obtained]
"""Finds or makes the rows at the other end."""


def _obtaining(ctx: Context, link: Link, beside: q.Beside) -> _Obtain:
    target = ctx.models.target(link)
    match beside:
        case q.CreateBeside():
            return _made(ctx, target, beside, link.remote)
        case q.ConnectBeside():
            return _found(ctx, link, target, beside)
        case _:
            assert_never(beside)


def _made(ctx: Context, target: Model, beside: q.CreateBeside, wanted: Sequence[str]) -> _Obtain:
    """New rows, and some of their fields."""
    insert = insert_bulk(ctx, target, beside.bulk, Manner(returning=target.columns(wanted)))

    def act(frame: Frame) -> Program[_Obtained]:
        done = yield from insert(frame, {})
        if done.loose:
            raise vanished(target.name)
        return frame[beside.slot], done.in_order()

    return act


def _found(ctx: Context, link: Link, target: Model, beside: q.ConnectBeside) -> _Obtain:
    """Rows of a key: what the link needs of them is given by the call itself, or looked up in one statement."""
    if beside.create is None and beside.where == q.ALL and set(beside.key) == set(link.remote):
        return _direct(link, target, beside)
    make = None if beside.create is None else _missing_made(ctx, target, beside.key, beside.create)
    look = _look_up(ctx, target, beside.key, link.remote, beside.where)

    def act(frame: Frame) -> Program[_Obtained]:
        if make is not None:
            yield from make(frame, {})
        places, values = frame[beside.slot]
        rows = yield from look(frame, _encoded(target, beside.key, values))
        if len(rows) != len(places):
            raise bonds.not_connected(link)
        return places, [rows[index] for index in range(len(places))]

    return act


def _encoded(target: Model, names: Sequence[str], values: Sequence[Sequence[Any]]) -> list[Column]:
    return [encoded(target, target.stored[name], column) for name, column in zip(names, values, strict=True)]


def _direct(link: Link, target: Model, beside: q.ConnectBeside) -> _Obtain:
    order = [beside.key.index(name) for name in link.remote]

    def act(frame: Frame) -> Program[_Obtained]:
        places, values = frame[beside.slot]
        columns = _encoded(target, beside.key, values)
        return places, list(zip(*(columns[index] for index in order), strict=True))
        yield  # a program that needs to say nothing

    return act


def _missing_made(ctx: Context, target: Model, key: Sequence[str], bulk: q.Bulk) -> Insert:
    """Make the rows whose key is not there, whoever else makes them at the same time."""
    conflict = sql.Conflict(target.columns(key))
    return insert_bulk(ctx, target, bulk, Manner(conflicts=lambda _: conflict))


def _look_up(
    ctx: Context, target: Model, key: Sequence[str], wanted: Sequence[str], where: q.Filter = q.ALL
) -> Callable[[Frame, Sequence[Column]], Program[dict[int, Row]]]:
    """Some fields of the rows of many keys, by the places of the keys."""
    of = sheet(ctx, (target.stored[name] for name in key), listed=True)
    alias = ctx.alias()
    on = both(
        *(
            sql.Compare("=", comparable(target, name, alias), of.cell(index))
            for index, name in enumerate(key)
        ),
        condition(ctx, target, alias, where),
    )
    columns = (sql.Column("o", ROWS), *(sql.Column(name, alias) for name in target.columns(wanted)))
    join = sql.Join(aliased(target.table, alias), on)
    say = saying(ctx, of, sql.Select(columns, of.lists("o"), (join,)))

    def look(frame: Frame, given: Sequence[Column]) -> Program[dict[int, Row]]:
        rows = (yield from say(frame, given, len(given[0]))).rows
        return {row[0] - 1: row[1:] for row in rows}

    return look


# ---- rows that point at these ------------------------------------------------------------------------------------

Hang: TypeAlias = Callable[[Frame, Given], Program[None]]
"""Makes or moves the rows at the other end, given the fields of the rows that they belong to."""


def hanging(ctx: Context, link: Link, beside: q.Beside) -> Hang:
    """Write rows at the other end of a link that this side does not own."""
    target = ctx.models.target(link)
    if link.through is not None:
        return _joined(ctx, link, target, beside)
    match beside:
        case q.CreateBeside(slot=slot):
            manner = Manner(preset=link.remote, conflicts=skipping(beside.skip_duplicates))
            insert = insert_bulk(ctx, target, beside.bulk, manner)

            def act(frame: Frame, known: Given) -> Program[None]:
                yield from insert(frame, _pointing(link, known, frame[slot]))

            return act
        case q.ConnectBeside(create=None):
            return _moved(ctx, link, target, beside)
        case q.ConnectBeside(create=create):
            assert create is not None
            return _moved_or_made(ctx, link, target, beside, create)
        case _:
            assert_never(beside)


def _pointing(link: Link, known: Given, places: Sequence[int]) -> Given:
    """The foreign keys of rows that belong to those of these places."""
    return {
        theirs: [known[mine][place] for place in places]
        for mine, theirs in zip(link.local, link.remote, strict=True)
    }


def _moved(ctx: Context, link: Link, target: Model, beside: q.ConnectBeside) -> Hang:
    """Rows that exist get another foreign key; each must be there."""
    of = sheet(ctx, (target.stored[name] for name in (*beside.key, *link.remote)))
    width = len(beside.key)
    where = both(
        *(
            sql.Compare("=", comparable(target, name, target.table.name), of.cell(index))
            for index, name in enumerate(beside.key)
        ),
        condition(ctx, target, target.table.name, beside.where),
    )
    pointed = {name: of.cell(width + index) for index, name in enumerate(link.remote)}
    sets = changes(ctx, target, q.Data(), pointed)
    say = saying(ctx, of, sql.Update(target.table, sets, where, source=of.source()))

    def act(frame: Frame, known: Given) -> Program[None]:
        places, values = frame[beside.slot]
        columns = [*_encoded(target, beside.key, values), *_pointing(link, known, places).values()]
        if (yield from say(frame, columns, len(places))).affected != len(places):
            raise bonds.not_connected(link)

    return act


def _moved_or_made(ctx: Context, link: Link, target: Model, beside: q.ConnectBeside, create: q.Bulk) -> Hang:
    """One insert for both: where the key is there, the row gets the foreign key of the new one.

    Where not every such row may be moved, those that are not there are made, and then all are moved that may be.
    """
    if beside.where != q.ALL:
        return _made_and_moved(ctx, link, target, beside, create)
    pointed = {name: sql.Column(target.stored[name].column, "excluded") for name in link.remote}
    conflict = sql.Conflict(target.columns(beside.key), changes(ctx, target, q.Data(), pointed))
    insert = insert_bulk(ctx, target, create, Manner(preset=link.remote, conflicts=lambda _: conflict))

    def act(frame: Frame, known: Given) -> Program[None]:
        yield from insert(frame, _pointing(link, known, frame[beside.slot][0]))

    return act


def _made_and_moved(ctx: Context, link: Link, target: Model, beside: q.ConnectBeside, create: q.Bulk) -> Hang:
    kept = sql.Conflict(target.columns(beside.key))
    insert = insert_bulk(ctx, target, create, Manner(preset=link.remote, conflicts=lambda _: kept))
    move = _moved(ctx, link, target, beside)

    def act(frame: Frame, known: Given) -> Program[None]:
        yield from insert(frame, _pointing(link, known, frame[beside.slot][0]))
        yield from move(frame, known)

    return act


# ---- join tables -------------------------------------------------------------------------------------------------


def _joined(ctx: Context, link: Link, target: Model, beside: q.Beside) -> Hang:
    """Rows are found or made, then related through the join table in one statement."""
    if isinstance(beside, q.CreateBeside) and beside.skip_duplicates:
        raise invalid(
            f"`skip_duplicates` cannot relate rows through a join table (`{link.model}.{link.name}`)",
            model=link.model,
            fields=(link.name,),
            hint="use `connect_or_create`",
        )
    obtain = _obtaining(ctx, link, beside)
    relate = _relate(ctx, link, target)

    def act(frame: Frame, known: Given) -> Program[None]:
        places, rows = yield from obtain(frame)
        mine = known[link.local[0]]
        yield from relate(frame, [mine[place] for place in places], [row[0] for row in rows])

    return act


def _relate(
    ctx: Context, link: Link, target: Model
) -> Callable[[Frame, list[Any], list[Any]], Program[None]]:
    """Rows of the join table, where they are not there already."""
    assert link.through is not None
    model = ctx.models.by_name[link.model]
    of = sheet(ctx, (model.stored[link.local[0]], target.stored[link.remote[0]]))
    columns = (link.through.mine, link.through.theirs)
    tree: sql.Tree
    if of.listed:
        tree = sql.InsertLists(link.through.table, columns, of.lists(), sql.Conflict())
    else:
        tree = sql.Insert(link.through.table, columns, of.cells(), sql.Conflict())
    say = saying(ctx, of, tree)

    def relate(frame: Frame, mine: list[Any], theirs: list[Any]) -> Program[None]:
        if not mine:
            return
        try:
            yield from say(frame, [mine, theirs], len(mine))
        except DriverError as error:
            if bonds.is_foreign_key_fault(ctx, error):
                raise bonds.not_connected(link) from error
            raise

    return relate
