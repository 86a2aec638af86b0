"""One row with everything that is written beside it: rows that it points at first, then itself, then rows that point at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nicol.errors import DriverError
from nicol.query import query as q
from nicol.query.compile import bonds
from nicol.query.compile.acts import act_on, obtain
from nicol.query.compile.bonds import Held, hold
from nicol.query.compile.context import Act, Context, Frame, Said, Single
from nicol.query.compile.looked_up import change_each, told
from nicol.query.compile.proofs import proved
from nicol.query.compile.reach import reaches
from nicol.query.compile.rows import Preset, changes, new_values
from nicol.query.faults import invalid, missing_record
from nicol.query.models import Link, Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Result, Row


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """The writing of one row and of what hangs on it.

    `links` are those whose foreign key was given as it is. `again` reads the row once more, since what was written after it
    may have changed it.
    """

    model: str
    write: Said | Act[Result]
    before: tuple[Act[None], ...] = ()
    after: tuple[Act[None], ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    links: tuple[Link, ...] = ()
    again: Said | None = None

    def run(self, ctx: Context, frame: Frame) -> Program[Row | None]:
        """Say everything in its order; the row with its returned columns, or None where there was none to change."""
        for act in self.before:
            yield from act(frame)
        row = yield from self._self(ctx, frame)
        if row is None:
            return None
        for register, place in self.places:
            frame[register] = row[place]
        for act in self.after:
            yield from act(frame)
        return row if self.again is None else (yield from self._again(frame))

    def _again(self, frame: Frame) -> Program[Row]:
        assert self.again is not None
        rows = (yield self.again.statement(frame)).rows
        if not rows:
            raise missing_record(
                self.model,
                f"the record of model `{self.model}` was deleted by what is nested in its own call",
            )
        return rows[0]

    def _self(self, ctx: Context, frame: Frame) -> Program[Row | None]:
        try:
            if isinstance(self.write, Said):
                result = yield self.write.statement(frame)
            else:
                result = yield from self.write(frame)
        except DriverError as error:
            link = bonds.missed(ctx, self.links, error)
            raise (bonds.not_connected(link) if link else error) from error
        return result.rows[0] if result.rows else None


@dataclass(slots=True)
class _Owned:
    """What is done before a row is written, so that it can point at other rows."""

    before: list[Act[None]] = field(default_factory=list[Act[None]])
    preset: dict[str, sql.Expression] = field(default_factory=dict[str, sql.Expression])
    links: list[Link] = field(default_factory=list[Link])


def new_row(ctx: Context, model: Model, data: q.Data, preset: Preset, returning: Sequence[str]) -> Act[Row]:
    """Insert a row and what hangs on it; the columns in `returning`, in that order, and more behind them."""
    owned = _own(ctx, model, data.acts)
    later = _later(model, data.acts)
    held = hold(ctx, model, _needed(ctx, model, later, returning))
    row = new_values(ctx, model, data, {**preset, **owned.preset})
    columns = _columns(model, held, returning)
    said = ctx.say(sql.Insert(model.table, model.columns(row), tuple(row.values()), returning=columns))
    after = tuple(act_on(ctx, model.links[act.field], act, held, new=True) for act in later)
    again = (
        ctx.say(_select(model, returning, held.here()))
        if _reads_again(ctx, model, later, returning)
        else None
    )
    places = _places(model, held, columns)
    if not owned.links and not owned.before and not after:
        return proved(ctx, model, data, Single(said, _alone))
    written = Written(model.name, said, tuple(owned.before), after, places, tuple(owned.links), again)
    width = len(returning)

    def act(frame: Frame) -> Program[Row]:
        return ((yield from written.run(ctx, frame)) or ())[:width]

    return proved(ctx, model, data, act)


def _alone(result: Result) -> Row:
    return result.rows[0] if result.rows else ()


def _alone_if_there(result: Result) -> Row | None:
    return result.rows[0] if result.rows else None


def _first(write: Act[Result]) -> Act[Row | None]:
    def act(frame: Frame) -> Program[Row | None]:
        return _alone_if_there((yield from write(frame)))

    return act


def change_row(
    ctx: Context, model: Model, where: sql.Expression, data: q.Data, returning: Sequence[str]
) -> Act[Row | None]:
    """Change the one row for which `where` holds and what hangs on it; None where there is none."""
    owned = _own(ctx, model, data.acts)
    later = _later(model, data.acts)
    held = hold(ctx, model, _needed(ctx, model, later, returning))
    columns = _columns(model, held, (*returning, *(() if returning else model.columns(model.id))))
    known = told(ctx, model, data, where)
    if known is None:
        write: Said | Act[Result] = change_each(ctx, model, data, owned.preset, where, columns)
    else:
        sets = changes(ctx, model, data, owned.preset, known)
        write = ctx.say(
            sql.Update(model.table, sets, where, columns) if sets else _select(model, columns, where)
        )
    after = tuple(act_on(ctx, model.links[act.field], act, held, new=False) for act in later)
    again = (
        ctx.say(_select(model, returning, held.here()))
        if _reads_again(ctx, model, later, returning)
        else None
    )
    places = _places(model, held, columns)
    if columns == tuple(returning) and not owned.links and not owned.before and not after:
        alone = Single(write, _alone_if_there) if isinstance(write, Said) else _first(write)
        return proved(ctx, model, data, alone)
    written = Written(model.name, write, tuple(owned.before), after, places, tuple(owned.links), again)
    width = len(returning)

    def act(frame: Frame) -> Program[Row | None]:
        row = yield from written.run(ctx, frame)
        return None if row is None else row[:width]

    return proved(ctx, model, data, act)


def _select(model: Model, columns: Sequence[str], where: sql.Expression) -> sql.Select:
    return sql.Select(tuple(sql.Column(name, model.table.name) for name in columns), model.table, where=where)


def _columns(model: Model, held: Held, returning: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*returning, *model.columns(held.registers))))


def _places(model: Model, held: Held, columns: Sequence[str]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (register, columns.index(model.stored[name].column)) for name, register in held.registers.items()
    )


# ---- rows that this row points at --------------------------------------------------------------------------------


def _is_before(link: Link, act: q.Act) -> bool:
    """True for acts that give this row its foreign key."""
    if not link.owns:
        return False
    return isinstance(act, q.CreateRelated | q.Connect) or (
        isinstance(act, q.Disconnect) and act.where == q.ALL
    )


def _later(model: Model, acts: Sequence[q.Act]) -> list[q.Act]:
    return [act for act in acts if not _is_before(model.links[act.field], act)]


def _needed(ctx: Context, model: Model, later: Sequence[q.Act], returning: Sequence[str]) -> tuple[str, ...]:
    """The fields whose values the acts after a row's writing need."""
    names = [name for act in later for name in model.links[act.field].local]
    itself = any(model.links[act.field].owns for act in later) or _reads_again(ctx, model, later, returning)
    return (*names, *model.id) if itself else tuple(names)


def _reads_again(ctx: Context, model: Model, later: Sequence[q.Act], returning: Sequence[str]) -> bool:
    """True when what is written after a row may change the row itself, which is wanted back.

    New rows and connected ones of other models do not; whatever changes or deletes rows may, by way of a cascade.
    """
    return bool(returning) and any(reaches(ctx.models, model, act, model.name) for act in later)


def _own(ctx: Context, model: Model, acts: Sequence[q.Act]) -> _Owned:
    owned = _Owned()
    for act in acts:
        link = model.links[act.field]
        if not _is_before(link, act):
            continue
        if link.local[0] in owned.preset:
            raise invalid(f"`{model.name}.{link.name}` is given twice", model=model.name, fields=(link.name,))
        match act:
            case q.CreateRelated(data=data):
                _own_registers(ctx, link, owned, None, data)
            case q.Connect(key=key, create=None) if (values := bonds.direct(ctx, link, key)) is not None:
                owned.preset.update(zip(link.local, values, strict=True))
                owned.links.append(link)
            case q.Connect(key=key, create=create):
                _own_registers(ctx, link, owned, key, create)
            case _:
                owned.preset.update(dict.fromkeys(link.local, sql.Null()))
    return owned


def _own_registers(ctx: Context, link: Link, owned: _Owned, key: q.Key | None, create: q.Data | None) -> None:
    """Point at the row of a key, or at a new one, by registers that are filled before this row is written."""
    target = ctx.models.target(link)
    held = hold(ctx, target, link.remote)
    owned.before.append(obtain(ctx, link, held, key, create))
    pairs = zip(link.local, link.remote, strict=True)
    owned.preset.update({mine: held.param(theirs) for mine, theirs in pairs})
