"""Acts on the rows at the other end of a relation, once the row on this side is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from nicol.query import query as q
from nicol.query.compile import bonds
from nicol.query.compile.attempts import found_or_made
from nicol.query.compile.bonds import Held, hold
from nicol.query.compile.bulk import hanging
from nicol.query.compile.columns import both, column
from nicol.query.compile.context import Act, Context, Frame, Said
from nicol.query.compile.looked_up import change_each, told
from nicol.query.compile.proofs import proved
from nicol.query.compile.rows import Preset, changes
from nicol.query.compile.sheets import among, encoded, sheet
from nicol.query.faults import invalid
from nicol.query.models import Link, Model
from nicol.sql import tree as sql
from nicol.sql.program import Program


def obtain(ctx: Context, link: Link, held: Held, key: q.Key | None, create: q.Data | None) -> Act[None]:
    """Find or create the row at the other end and hold its key."""
    target = held.model
    found = None if key is None else bonds.find(ctx, target, link.remote, key)
    made = (
        None if create is None else ctx.writer.new_row(ctx, target, create, {}, target.columns(link.remote))
    )

    if found is not None and made is not None:
        found, made = found_or_made(ctx, found, made), None

    def act(frame: Frame) -> Program[None]:
        seek = found or made
        row = None if seek is None else (yield from seek(frame))
        if row is None:
            raise bonds.not_connected(link)
        for register, value in zip(held.registers.values(), row, strict=False):
            frame[register] = value

    return act


def act_on(ctx: Context, link: Link, act: q.Act, held: Held, *, new: bool) -> Act[None]:
    """One act for the rows at the other end of the held row; `new`: it has just been inserted, so that nothing hangs on it."""
    target = ctx.models.target(link)
    match act:
        case q.CreateRelated(data=data):
            room = _make_room(ctx, link, held, (), act.room, new=new)
            return _sequence(room, _create(ctx, link, data, held))
        case q.CreateBeside() | q.ConnectBeside():
            return _beside(ctx, link, act, held)
        case q.Connect(key=key, create=create):
            room = _make_room(ctx, link, held, (key,), act.room, new=new)
            return _sequence(room, _connect(ctx, link, key, create, held))
        case q.Disconnect(key=key, where=where):
            return _disconnect(ctx, link, bonds.chosen(ctx, target, key, where), held)
        case q.SetRelated(keys=keys) if len(keys) > 1 and _are_alike(keys):
            return _set_together(ctx, link, act, held)
        case q.SetRelated(keys=keys):
            everything = bonds.detach(ctx, link, held, _others(ctx, target, keys, act.room))
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


def _make_room(
    ctx: Context, link: Link, held: Held, keys: Sequence[q.Key], room: q.Filter, *, new: bool
) -> Act[None] | None:
    """In a 1:1 relation, let go of the row that holds the place, unless it has one of the keys."""
    if new or link.many or link.owns:
        return None
    return bonds.detach(ctx, link, held, _others(ctx, ctx.models.target(link), keys, room))


def _others(ctx: Context, target: Model, keys: Sequence[q.Key], room: q.Filter) -> sql.Expression:
    """The rows that are let go: those of none of the keys, for which the filter holds."""
    return both(_none_of(ctx, target, keys), bonds.chosen(ctx, target, None, room))


def _none_of(ctx: Context, target: Model, keys: Sequence[q.Key]) -> sql.Expression:
    if not keys:
        return sql.And(())
    return sql.Untrue(sql.Or(tuple(bonds.chosen(ctx, target, key, q.ALL) for key in keys)))


def _are_alike(keys: Sequence[q.Key]) -> bool:
    """True for values of one unique key without further filters."""
    return all(key.fields == keys[0].fields and key.rest == q.ALL for key in keys)


def _set_together(ctx: Context, link: Link, act: q.SetRelated, held: Held) -> Act[None]:
    """Let go of all rows but those of the keys, then relate to those, whatever their number."""
    target, names = ctx.models.target(link), act.keys[0].fields
    of, slot, pack = sheet(ctx, (target.stored[name] for name in names)), ctx.registers(1), ctx.renderer.pack
    others = both(sql.Untrue(among(target, of)), bonds.chosen(ctx, target, None, act.room))
    let_go = bonds.detach(ctx, link, held, others)
    relate = _beside(ctx, link, q.ConnectBeside(act.field, names, slot), held)

    def set_all(frame: Frame) -> Program[None]:
        keys = dict.fromkeys(tuple(frame[each] for each in key.slots) for key in act.keys)
        columns = [list(each) for each in zip(*keys, strict=True)]
        frame[slot] = ([0] * len(keys), columns)
        for index, (field, values) in enumerate(zip(of.fields, columns, strict=True)):
            frame[of.first + index] = pack(encoded(target, field, values))
        yield from let_go(frame)
        yield from relate(frame)

    return set_all


def _create(ctx: Context, link: Link, data: q.Data, held: Held) -> Act[None]:
    target = ctx.models.target(link)
    if link.through is None:
        return _forget(ctx.writer.new_row(ctx, target, data, bonds.foreign_key(link, held), ()))
    other = hold(ctx, target, link.remote)
    made = obtain(ctx, link, other, None, data)
    return _sequence(made, bonds.join_row(ctx, link, held, other.param(link.remote[0])))


def _forget(act: Act[Any]) -> Act[None]:
    def quietly(frame: Frame) -> Program[None]:
        yield from act(frame)

    return quietly


def _beside(ctx: Context, link: Link, act: q.Beside, held: Held) -> Act[None]:
    """Many rows at the other end, for the one row on this side."""
    hang = hanging(ctx, link, act)

    def write(frame: Frame) -> Program[None]:
        yield from hang(frame, {name: [frame[held.registers[name]]] for name in link.local})

    return write


def _connect(ctx: Context, link: Link, key: q.Key, create: q.Data | None, held: Held) -> Act[None]:
    target = ctx.models.target(link)
    if link.through is not None:
        return _join(ctx, link, key, create, held)
    sets = changes(ctx, target, q.Data(), bonds.foreign_key(link, held))
    said = ctx.say(sql.Update(target.table, sets, bonds.chosen(ctx, target, key, q.ALL)))
    if create is None:
        return bonds.demanding(said, bonds.not_connected(link))
    made = _done(ctx.writer.new_row(ctx, target, create, bonds.foreign_key(link, held), ()))
    return _forget(found_or_made(ctx, _affecting(said), made))


def _affecting(said: Said) -> Act[bool | None]:
    """True when the statement concerned a row, else None."""

    def act(frame: Frame) -> Program[bool | None]:
        return True if (yield said.statement(frame)).affected else None

    return act


def _done(act: Act[Any]) -> Act[bool]:
    """True once it is done."""

    def done(frame: Frame) -> Program[bool]:
        yield from act(frame)
        return True

    return done


def _join(ctx: Context, link: Link, key: q.Key, create: q.Data | None, held: Held) -> Act[None]:
    values = bonds.direct(ctx, link, key) if create is None else None
    if values is not None:
        return bonds.join_row(ctx, link, held, values[0])
    other = hold(ctx, ctx.models.target(link), link.remote)
    found = obtain(ctx, link, other, key, create)
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
        raise bonds.broken_relation(link, "is required and cannot be left empty")
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
    change = ctx.writer.change_row(ctx, ctx.models.target(link), which, data, ())

    def act(frame: Frame) -> Program[None]:
        if (yield from change(frame)) is None:
            raise bonds.not_related(link, "updated")

    return act


def _upsert(ctx: Context, link: Link, act: q.UpsertRelated, held: Held) -> Act[None]:
    target = ctx.models.target(link)
    which = both(bonds.there(ctx, link, held), bonds.chosen(ctx, target, act.key, act.where))
    change = ctx.writer.change_row(ctx, target, which, act.update, ())
    create = _point_at_new(ctx, link, act.create, held) if link.owns else _create(ctx, link, act.create, held)

    return _forget(found_or_made(ctx, change, _done(create)))


def _point_at_new(ctx: Context, link: Link, data: q.Data, held: Held) -> Act[None]:
    other = hold(ctx, ctx.models.target(link), link.remote)
    made = obtain(ctx, link, other, None, data)
    preset = {mine: other.param(theirs) for mine, theirs in zip(link.local, link.remote, strict=True)}
    return _sequence(made, _point(ctx, link, held, preset, held.here()))


def _update_many(ctx: Context, link: Link, which: sql.Expression, data: q.Data) -> Act[None]:
    target = ctx.models.target(link)
    if data.acts:
        raise invalid(
            f"`update_many` of `{link.model}.{link.name}` writes scalar fields only", model=link.model
        )
    known = told(ctx, target, data, which)
    if known is None:
        return proved(ctx, target, data, _forget(change_each(ctx, target, data, {}, which, ())))
    sets = changes(ctx, target, data, {}, known)
    change = bonds.silent(ctx.say(sql.Update(target.table, sets, which))) if sets else _sequence()
    return proved(ctx, target, data, change)
