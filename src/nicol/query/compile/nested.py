"""One row with everything that is written beside it: rows that it points at first, then itself, then rows that point at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from nicol.errors import DriverError
from nicol.query import query as q
from nicol.query.compile import bonds
from nicol.query.compile.bonds import Held, hold
from nicol.query.compile.columns import both, column
from nicol.query.compile.context import Act, Context, Frame, Said
from nicol.query.compile.rows import Preset, changes, insert_many, new_values
from nicol.query.faults import invalid
from nicol.query.models import Link, Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Row


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """The writing of one row and of what hangs on it. `links` are those whose foreign key was given as it is."""

    said: Said
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
        return row if self.again is None else (yield self.again.statement(frame)).rows[0]

    def _self(self, ctx: Context, frame: Frame) -> Program[Row | None]:
        try:
            result = yield self.said.statement(frame)
        except DriverError as error:
            link = self._missed(ctx, error)
            raise (bonds.not_connected(link) if link else error) from error
        return result.rows[0] if result.rows else None

    def _missed(self, ctx: Context, error: DriverError) -> Link | None:
        """The link whose row the database missed; SQLite does not say which foreign key failed."""
        if not self.links or not bonds.is_foreign_key_fault(ctx, error):
            return None
        told = error.details.get("constraint")
        return next((link for link in self.links if told in (None, "", link.constraint)), None)


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
    held = hold(ctx, model, _needed(model, later))
    row = new_values(ctx, model, data, {**preset, **owned.preset})
    columns = _columns(model, held, returning)
    said = ctx.say(sql.Insert(model.table, model.columns(row), tuple(row.values()), returning=columns))
    after = tuple(_act(ctx, model.links[act.field], act, held, new=True) for act in later)
    written = Written(said, tuple(owned.before), after, _places(model, held, columns), tuple(owned.links))

    def act(frame: Frame) -> Program[Row]:
        return (yield from written.run(ctx, frame)) or ()

    return act


def change_row(
    ctx: Context, model: Model, where: sql.Expression, data: q.Data, returning: Sequence[str]
) -> Act[Row | None]:
    """Change the one row for which `where` holds and what hangs on it; None where there is none."""
    owned = _own(ctx, model, data.acts)
    later = _later(model, data.acts)
    held = hold(ctx, model, _needed(model, later))
    columns = _columns(model, held, (*returning, *(() if returning else model.columns(model.id))))
    sets = changes(ctx, model, data, owned.preset)
    said = ctx.say(sql.Update(model.table, sets, where, columns) if sets else _select(model, columns, where))
    after = tuple(_act(ctx, model.links[act.field], act, held, new=False) for act in later)
    again = ctx.say(_select(model, columns, held.here())) if returning and _moves(model, later) else None
    places = _places(model, held, columns)
    written = Written(said, tuple(owned.before), after, places, tuple(owned.links), again)

    def act(frame: Frame) -> Program[Row | None]:
        return (yield from written.run(ctx, frame))

    return act


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


def _moves(model: Model, acts: Sequence[q.Act]) -> bool:
    """True when acts after the row was written change its own foreign key."""
    kinds = q.Disconnect | q.DeleteRelated | q.UpsertRelated
    return any(model.links[act.field].owns and isinstance(act, kinds) for act in acts)


def _needed(model: Model, later: Sequence[q.Act]) -> tuple[str, ...]:
    """The fields whose values the acts after a row's writing need."""
    names = [name for act in later for name in model.links[act.field].local]
    return (*names, *model.id) if any(model.links[act.field].owns for act in later) else tuple(names)


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
    owned.before.append(_obtain(ctx, link, held, key, create))
    pairs = zip(link.local, link.remote, strict=True)
    owned.preset.update({mine: held.param(theirs) for mine, theirs in pairs})


def _obtain(ctx: Context, link: Link, held: Held, key: q.Key | None, create: q.Data | None) -> Act[None]:
    """Find or create the row at the other end and hold its key."""
    target = held.model
    found = None if key is None else bonds.find(ctx, target, link.remote, key)
    made = None if create is None else new_row(ctx, target, create, {}, target.columns(link.remote))

    def act(frame: Frame) -> Program[None]:
        row = None if found is None else (yield from found(frame))
        if row is None and made is not None:
            row = yield from made(frame)
        if row is None:
            raise bonds.not_connected(link)
        for register, value in zip(held.registers.values(), row, strict=False):
            frame[register] = value

    return act


# ---- rows at the other end ---------------------------------------------------------------------------------------


def _act(ctx: Context, link: Link, act: q.Act, held: Held, *, new: bool) -> Act[None]:
    target = ctx.models.target(link)
    match act:
        case q.CreateRelated(data=data):
            return _sequence(_make_room(ctx, link, held, (), new=new), _create(ctx, link, data, held))
        case q.CreateManyRelated():
            return _create_many(ctx, link, act, held)
        case q.Connect(key=key, create=create):
            room = _make_room(ctx, link, held, (key,), new=new)
            return _sequence(room, _connect(ctx, link, key, create, held))
        case q.Disconnect(key=key, where=where):
            return _disconnect(ctx, link, bonds.chosen(ctx, target, key, where), held)
        case q.SetRelated(keys=keys):
            everything = bonds.detach(ctx, link, held, _none_of(ctx, target, keys))
            return _sequence(everything, *(_connect(ctx, link, key, None, held) for key in keys))
        case q.DeleteRelated(key=key, where=where):
            return _delete(
                ctx, link, both(bonds.there(ctx, link, held), bonds.chosen(ctx, target, key, where)), held
            )
        case q.UpdateRelated(key=key, where=where, data=data):
            return _update(
                ctx, link, both(bonds.there(ctx, link, held), bonds.chosen(ctx, target, key, where)), data
            )
        case q.UpsertRelated():
            return _upsert(ctx, link, act, held)
        case q.UpdateManyRelated(where=where, data=data):
            return _update_many(
                ctx, link, both(bonds.there(ctx, link, held), bonds.chosen(ctx, target, None, where)), data
            )
        case q.DeleteManyRelated(where=where):
            which = both(bonds.there(ctx, link, held), bonds.chosen(ctx, target, None, where))
            return bonds.silent(ctx.say(sql.Delete(target.table, which)))
        case _:
            assert_never(act)


def _sequence(*acts: Act[None] | None) -> Act[None]:
    wanted = [act for act in acts if act is not None]

    def all_of_them(frame: Frame) -> Program[None]:
        for act in wanted:
            yield from act(frame)

    return all_of_them


def _make_room(ctx: Context, link: Link, held: Held, keys: Sequence[q.Key], *, new: bool) -> Act[None] | None:
    """In a 1:1 relation, let go of the row that holds the place, unless it has one of the keys."""
    if new or link.many or link.owns:
        return None
    return bonds.detach(ctx, link, held, _none_of(ctx, ctx.models.target(link), keys))


def _none_of(ctx: Context, target: Model, keys: Sequence[q.Key]) -> sql.Expression:
    if not keys:
        return sql.And(())
    return sql.Not(sql.Or(tuple(bonds.chosen(ctx, target, key, q.ALL) for key in keys)))


def _create(ctx: Context, link: Link, data: q.Data, held: Held) -> Act[None]:
    target = ctx.models.target(link)
    if link.through is None:
        return _forget(new_row(ctx, target, data, bonds.foreign_key(link, held), ()))
    other = hold(ctx, target, link.remote)
    made = _obtain(ctx, link, other, None, data)
    return _sequence(made, bonds.join_row(ctx, link, held, other.param(link.remote[0])))


def _forget(act: Act[Row]) -> Act[None]:
    def quietly(frame: Frame) -> Program[None]:
        yield from act(frame)

    return quietly


def _create_many(ctx: Context, link: Link, act: q.CreateManyRelated, held: Held) -> Act[None]:
    if link.through is not None:
        raise invalid(
            f"`create_many` cannot relate rows through a join table: use `create` for `{link.model}.{link.name}`",
            model=link.model,
            fields=(link.name,),
        )
    target = ctx.models.target(link)
    preset = {theirs: held.registers[mine] for mine, theirs in zip(link.local, link.remote, strict=True)}
    inserts = [
        insert_many(ctx, target, rows, preset, skip_duplicates=act.skip_duplicates) for rows in act.rows
    ]

    def insert(frame: Frame) -> Program[None]:
        for each in inserts:
            yield from each(frame)

    return insert


def _connect(ctx: Context, link: Link, key: q.Key, create: q.Data | None, held: Held) -> Act[None]:
    target = ctx.models.target(link)
    if link.through is not None:
        return _join(ctx, link, key, create, held)
    sets = changes(ctx, target, q.Data(), bonds.foreign_key(link, held))
    said = ctx.say(sql.Update(target.table, sets, bonds.chosen(ctx, target, key, q.ALL)))
    if create is None:
        return bonds.demanding(said, bonds.not_connected(link))
    made = new_row(ctx, target, create, bonds.foreign_key(link, held), ())

    def act(frame: Frame) -> Program[None]:
        if not (yield said.statement(frame)).affected:
            yield from made(frame)

    return act


def _join(ctx: Context, link: Link, key: q.Key, create: q.Data | None, held: Held) -> Act[None]:
    values = bonds.direct(ctx, link, key) if create is None else None
    if values is not None:
        return bonds.join_row(ctx, link, held, values[0])
    other = hold(ctx, ctx.models.target(link), link.remote)
    found = _obtain(ctx, link, other, key, create)
    return _sequence(found, bonds.join_row(ctx, link, held, other.param(link.remote[0])))


def _disconnect(ctx: Context, link: Link, which: sql.Expression, held: Held) -> Act[None]:
    if not link.owns:
        return bonds.detach(ctx, link, held, which)
    target = ctx.models.target(link)
    there = both(bonds.there(ctx, link, held), which)
    where = both(held.here(), sql.Exists(sql.Select((sql.Number(1),), target.table, where=there)))
    return _point(ctx, link, held, dict.fromkeys(link.local, sql.Null()), where)


def _point(ctx: Context, link: Link, held: Held, preset: Preset, where: sql.Expression) -> Act[None]:
    """Change the held row's own foreign key."""
    model = held.model
    if any(model.stored[name].required for name in link.local) and sql.Null() in preset.values():
        raise invalid(
            f"`{model.name}.{link.name}` is required and cannot be left empty",
            model=model.name,
            fields=(link.name,),
            code="P2014",
        )
    return bonds.silent(ctx.say(sql.Update(model.table, changes(ctx, model, q.Data(), preset), where)))


def _delete(ctx: Context, link: Link, which: sql.Expression, held: Held) -> Act[None]:
    target = ctx.models.target(link)
    if not link.owns:
        return bonds.demanding(ctx.say(sql.Delete(target.table, which)), bonds.not_related(link, "deleted"))
    columns = tuple(column(target, name, target.table.name) for name in link.remote)
    check = ctx.say(sql.Select(columns, target.table, where=which))
    release = _point(ctx, link, held, dict.fromkeys(link.local, sql.Null()), held.here())
    gone = ctx.say(sql.Delete(target.table, which))

    def act(frame: Frame) -> Program[None]:
        if not (yield check.statement(frame)).rows:
            raise bonds.not_related(link, "deleted")
        yield from release(frame)
        yield gone.statement(frame)

    return act


def _update(ctx: Context, link: Link, which: sql.Expression, data: q.Data) -> Act[None]:
    change = change_row(ctx, ctx.models.target(link), which, data, ())

    def act(frame: Frame) -> Program[None]:
        if (yield from change(frame)) is None:
            raise bonds.not_related(link, "updated")

    return act


def _upsert(ctx: Context, link: Link, act: q.UpsertRelated, held: Held) -> Act[None]:
    target = ctx.models.target(link)
    which = both(bonds.there(ctx, link, held), bonds.chosen(ctx, target, act.key, act.where))
    change = change_row(ctx, target, which, act.update, ())
    create = _point_at_new(ctx, link, act.create, held) if link.owns else _create(ctx, link, act.create, held)

    def either(frame: Frame) -> Program[None]:
        if (yield from change(frame)) is None:
            yield from create(frame)

    return either


def _point_at_new(ctx: Context, link: Link, data: q.Data, held: Held) -> Act[None]:
    other = hold(ctx, ctx.models.target(link), link.remote)
    made = _obtain(ctx, link, other, None, data)
    preset = {mine: other.param(theirs) for mine, theirs in zip(link.local, link.remote, strict=True)}
    return _sequence(made, _point(ctx, link, held, preset, held.here()))


def _update_many(ctx: Context, link: Link, which: sql.Expression, data: q.Data) -> Act[None]:
    target = ctx.models.target(link)
    if data.acts:
        raise invalid(
            f"`update_many` of `{link.model}.{link.name}` writes scalar fields only", model=link.model
        )
    sets = changes(ctx, target, data, {})
    return bonds.silent(ctx.say(sql.Update(target.table, sets, which))) if sets else _sequence()
