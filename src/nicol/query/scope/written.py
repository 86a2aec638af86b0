"""Adds guards to what is written: new rows hold what the scope says, and nothing points at rows that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar, assert_never

from msgspec.structs import replace

from nicol.query import query as q
from nicol.query.faults import invalid
from nicol.query.models import Link, Model
from nicol.query.scope.guards import Guard
from nicol.query.scope.visible import Scoped, guarded_filter, guarded_key

# ---- rows ------------------------------------------------------------------------------------------------------------


def made(scoped: Scoped, model: Model, data: q.Data, link: Link | None = None) -> q.Data:
    """The data of a new row; `link` leads to it, and gives its foreign key from a row that is there."""
    guard = scoped.guard(model)
    given = _given_by(scoped, model, data.acts, link)
    own = tuple(assign for assign in guard.sets if assign.field not in given)
    return _written(scoped, model, data, own)


def changed(scoped: Scoped, model: Model, data: q.Data) -> q.Data:
    """The changes of a row that is there."""
    return _written(scoped, model, data, ())


def _written(scoped: Scoped, model: Model, data: q.Data, own: tuple[q.Assign, ...]) -> q.Data:
    guard = scoped.guard(model)
    for assign in data.assigns:
        _refuse_fixed(model, guard, assign.field)
    for act in data.acts:
        _refuse_moving(scoped, model, guard, act)
    return q.Data(
        (*data.assigns, *own),
        tuple(_act(scoped, model, act) for act in data.acts),
        tuple(_proofs(scoped, model, data.assigns, guard)),
    )


def _refuse_fixed(model: Model, guard: Guard, field: str) -> None:
    if field in guard.fixed:
        raise invalid(
            f"`{model.name}.{field}` is given by the scope of the client and cannot be written",
            model=model.name,
            fields=(field,),
            hint="leave it out; to write another value, use a client without this scope",
        )


def _refuse_moving(scoped: Scoped, model: Model, guard: Guard, act: q.Act) -> None:
    """An act that gives this row its foreign key may not give a field of the scope another value."""
    link = model.links[act.field]
    fixed = [name for name in link.local if link.owns and name in guard.fixed]
    if fixed and not (_keeps(act) and _agree(scoped, link)):
        _refuse_fixed(model, guard, fixed[0])


def _keeps(act: q.Act) -> bool:
    """True for acts that point at a row, and never at none."""
    return not isinstance(act, q.Disconnect | q.DeleteRelated)


def _agree(scoped: Scoped, link: Link) -> bool:
    """True when the rows at the other end hold what the scope gives in the very fields that this end takes from them."""
    mine = scoped.guard(scoped.models.by_name[link.model]).fixed
    theirs = scoped.guard(scoped.models.target(link)).fixed
    return all(there in theirs for here, there in zip(link.local, link.remote, strict=True) if here in mine)


def _given_by(scoped: Scoped, model: Model, acts: Sequence[q.Act], parent: Link | None) -> frozenset[str]:
    """The fields of a new row that come from a row of the scope: by its own acts, or from its parent."""
    names = [
        name
        for act in acts
        if (link := model.links[act.field]).owns and isinstance(act, q.CreateRelated | q.Connect)
        for name in link.local
    ]
    return frozenset(names) | _from_parent(scoped, parent)


def _from_parent(scoped: Scoped, parent: Link | None) -> frozenset[str]:
    """The fields that the scope gives to the row on the other side of the link, and that row to this one."""
    if parent is None or parent.owns or parent.through is not None:
        return frozenset()
    fixed = scoped.guard(scoped.models.by_name[parent.model]).fixed
    pairs = zip(parent.local, parent.remote, strict=True)
    return frozenset(there for here, there in pairs if here in fixed)


# ---- many rows -------------------------------------------------------------------------------------------------------


def made_bulk(scoped: Scoped, model: Model, bulk: q.Bulk, link: Link | None = None) -> q.Bulk:
    """Many new rows with what hangs on them; `link` leads to them, and gives their foreign keys from rows that are there."""
    guard = scoped.guard(model)
    for act in (*bulk.before, *bulk.after):
        _refuse_moving(scoped, model, guard, act)
    return q.Bulk(
        tuple(_rows(scoped, model, guard, rows, link) for rows in bulk.rows),
        tuple(_beside(scoped, model, act) for act in bulk.before),
        tuple(_beside(scoped, model, act) for act in bulk.after),
    )


def _rows(scoped: Scoped, model: Model, guard: Guard, rows: q.Rows, parent: Link | None) -> q.Rows:
    for field in rows.fields:
        _refuse_fixed(model, guard, field)
    given = {name for each in rows.links for name in model.links[each].local}
    given |= _from_parent(scoped, parent)
    same = tuple(assign for assign in guard.sets if assign.field not in given)
    return replace(rows, same=same, proofs=tuple(_row_proofs(scoped, model, guard, rows.fields)))


def changed_each(scoped: Scoped, model: Model, changes: q.Changes) -> q.Changes:
    """Changes of rows that are there, each its own."""
    guard = scoped.guard(model)
    for field, operator in changes.assigns:
        _refuse_fixed(model, guard, field)
        if operator != "set":
            for link, _ in _pointing(scoped, model, (field,)):
                raise _unproved(model, link, field, "is computed by the database")
    names = tuple(field for field, _ in changes.assigns)
    return replace(changes, proofs=tuple(_row_proofs(scoped, model, Guard(), names)))


def _beside(scoped: Scoped, model: Model, act: q.Beside) -> q.Beside:
    """Rows beside many rows, made or found among those that are there."""
    link, target, guard = scoped.target(model, act.field)
    match act:
        case q.CreateBeside(bulk=bulk):
            return replace(act, bulk=made_bulk(scoped, target, bulk, link))
        case q.ConnectBeside(create=create):
            made = None if create is None else made_bulk(scoped, target, create, link)
            return replace(act, create=made, where=guard.where)
        case _:
            assert_never(act)


# ---- foreign keys ----------------------------------------------------------------------------------------------------


def _pointing(scoped: Scoped, model: Model, names: Sequence[str]) -> Iterator[tuple[Link, Guard]]:
    """The relations that these fields lead to, where not every row is there."""
    for link in model.links.values():
        if link.owns and any(name in names for name in link.local):
            guard = scoped.guard(scoped.models.target(link))
            if guard.where != q.ALL:
                yield link, guard


def _proofs(scoped: Scoped, model: Model, assigns: tuple[q.Assign, ...], guard: Guard) -> Iterator[q.Proof]:
    """What must be true of foreign keys that are written as plain values."""
    slots = {assign.field: assign.slot for assign in (*assigns, *guard.sets)}
    for link, theirs in _pointing(scoped, model, [assign.field for assign in assigns]):
        own = [assign for assign in assigns if assign.field in link.local]
        if any(assign.operator != "set" for assign in own):
            raise _unproved(model, link, own[0].field, "is computed by the database")
        if any(assign.slot is None for assign in own):
            continue  # it points nowhere
        missing = next((name for name in link.local if slots.get(name) is None), None)
        if missing is not None:
            raise _unproved(model, link, own[0].field, f"says nothing without `{missing}`")
        yield q.Proof(link.name, q.Key(link.remote, tuple(_slots(link, slots)), theirs.where))


def _slots(link: Link, slots: dict[str, int | None]) -> Iterator[int]:
    for name in link.local:
        slot = slots[name]
        assert slot is not None
        yield slot


def _unproved(model: Model, link: Link, field: str, why: str) -> Exception:
    return invalid(
        f"a scoped client cannot tell where `{model.name}.{field}` leads: it {why}",
        model=model.name,
        fields=(field,),
        hint=f'write {{"{link.name}": {{"connect": …}}}}',
    )


def _row_proofs(scoped: Scoped, model: Model, guard: Guard, fields: tuple[str, ...]) -> Iterator[q.RowProof]:
    for link, theirs in _pointing(scoped, model, fields):
        missing = next((name for name in link.local if name not in fields and name not in guard.fixed), None)
        if missing is not None:
            raise _unproved(model, link, link.local[0], f"says nothing without `{missing}`")
        yield q.RowProof(link.name, theirs.where)


# ---- acts ------------------------------------------------------------------------------------------------------------


def _act(scoped: Scoped, model: Model, act: q.Act) -> q.Act:
    """An act on rows of a relation that are there."""
    link, target, guard = scoped.target(model, act.field)
    match act:
        case q.CreateRelated(data=data):
            return replace(act, data=made(scoped, target, data, link), room=guard.where)
        case q.CreateBeside() | q.ConnectBeside():
            return _beside(scoped, model, act)
        case q.Connect(key=key, create=create):
            created = None if create is None else made(scoped, target, create, link)
            return replace(act, key=guarded_key(scoped, target, key), create=created, room=guard.where)
        case q.SetRelated(keys=keys):
            found = tuple(guarded_key(scoped, target, each) for each in keys)
            return replace(act, keys=found, room=guard.where)
        case q.UpdateRelated(data=data):
            return replace(_kept(scoped, target, act), data=changed(scoped, target, data))
        case q.UpsertRelated(create=create, update=update):
            kept, created = _kept(scoped, target, act), made(scoped, target, create, link)
            return replace(kept, create=created, update=changed(scoped, target, update))
        case q.UpdateManyRelated(where=where, data=data):
            where = guarded_filter(scoped, target, where)
            return replace(act, where=where, data=changed(scoped, target, data))
        case _:
            return _parting(scoped, link, target, guard, act)


def _parting(
    scoped: Scoped,
    link: Link,
    target: Model,
    guard: Guard,
    act: q.Disconnect | q.DeleteRelated | q.DeleteManyRelated,
) -> q.Act:
    """An act that ends a relation, or a row."""
    match act:
        case q.Disconnect(key=None, where=where) if link.owns and where == q.ALL:
            return act  # it is this row's own foreign key that goes
        case q.Disconnect():
            return _kept(scoped, target, act)
        case q.DeleteRelated(field=field):
            kept = _kept(scoped, target, act)
            if guard.gone is None:
                return kept
            return q.UpdateRelated(field, q.Data(guard.gone), kept.key, kept.where)
        case q.DeleteManyRelated(field=field, where=where):
            where = guarded_filter(scoped, target, where)
            if guard.gone is None:
                return replace(act, where=where)
            return q.UpdateManyRelated(field, where, q.Data(guard.gone))
        case _:
            assert_never(act)


_Kept = TypeVar("_Kept", q.Disconnect, q.DeleteRelated, q.UpdateRelated, q.UpsertRelated)


def _kept(scoped: Scoped, target: Model, act: _Kept) -> _Kept:
    """An act on a row of many, or on the one there is, where that row is there."""
    if act.key is not None:
        return replace(act, key=guarded_key(scoped, target, act.key))
    return replace(act, where=guarded_filter(scoped, target, act.where))
