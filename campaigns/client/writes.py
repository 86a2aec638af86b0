"""What writes do in plain Python: new rows, changes, and every act on a relation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from campaigns.client.conditions import chosen, holds
from campaigns.client.memory import Memory, Refused, Row, Unsettled
from campaigns.client.reads import by_key, shown
from campaigns.client.worlds import Field, Link, Model

_BOUNDS = {"Int": 2**31, "BigInt": 2**63}


def create(memory: Memory, model: Model, args: Row) -> Row:
    """A new row with what hangs on it."""
    return shown(memory, model, new_row(memory, model, args["data"], {}), args)


def create_many(memory: Memory, model: Model, args: Row) -> int:
    """Many new rows."""
    return len(inserted(memory, model, args["data"], {}, skip=bool(args.get("skip_duplicates"))))


def update(memory: Memory, model: Model, args: Row) -> Row:
    """Changes of one row."""
    by_key(memory, model, args["where"])
    row = change_row(memory, model, args["where"], args["data"])
    if row is None:
        raise Refused("P2025")
    return shown(memory, model, row, args)


def update_many(memory: Memory, model: Model, args: Row) -> int:
    """The same changes of many rows."""
    rows = chosen(memory, model, args.get("where"), memory.rows[model.name])
    _change_all(memory, model, rows, args["data"])
    return len(rows)


def upsert(memory: Memory, model: Model, args: Row) -> Row:
    """Changes of one row, or a new one."""
    by_key(memory, model, args["where"])
    row = change_row(memory, model, args["where"], args["update"])
    if row is None:
        row = new_row(memory, model, args["create"], {})
    return shown(memory, model, row, args)


def delete(memory: Memory, model: Model, args: Row) -> Row:
    """The end of a row."""
    row = by_key(memory, model, args["where"])
    if row is None:
        raise Refused("P2025")
    answer = shown(memory, model, row, args)
    memory.delete(model, [row])
    return answer


def delete_many(memory: Memory, model: Model, args: Row) -> int:
    """The end of many rows."""
    rows = chosen(memory, model, args.get("where"), memory.rows[model.name])
    if (
        any(each.child == model.name and each.on_delete == "Cascade" for each in memory.world.relations)
        and len(rows) > 1
    ):
        memory.delete(model, rows)
        return Some(len(rows))  # SQLite does not count rows that an earlier one has taken along
    memory.delete(model, rows)
    return len(rows)


def _change_all(memory: Memory, model: Model, rows: Sequence[Row], data: Row) -> None:
    try:
        changes = [changed(model, row, data) for row in rows]
    except Refused as refused:  # which of several faults is found first is the database's affair
        raise Refused(*refused.codes, *(("P2002", "P2003") if len(rows) > 1 else ())) from None
    memory.change(model, rows, changes)


class Some(int):
    """A number of rows, or fewer."""


# ---- one row ---------------------------------------------------------------------------------------------------------


def new_row(memory: Memory, model: Model, data: Row, preset: Row) -> Row:
    """A new row: rows it points at first, itself, then those that point at it."""
    given, acts = _split(memory, model, data)
    missed = False
    for link, word, value in acts:
        if link.owns:
            target, missing = _own(memory, link, word, value)
            missed = missed or missing
            given |= target
    try:
        row = memory.insert(model, _wrapped(model, given | preset))
    except Refused as refused:
        raise (Refused(*refused.codes, "P2025") if missed else refused) from None
    before = dict(row)
    for link, word, value in acts:
        if not link.owns:
            _act(memory, link, row, word, value, new=True)
    _settled(memory, model, before, row)
    return row


def change_row(
    memory: Memory, model: Model, where: Row, data: Row, among: Sequence[Row] | None = None
) -> Row | None:
    """Changes of the row of a key; None where there is none."""
    given, acts = _split(memory, model, data)
    missed, before = False, _is_before
    for link, word, value in acts:
        if before(link, word, value):
            target, missing = _own(memory, link, word, value)
            missed = missed or missing
            given |= target
    rows = [by_key(memory, model, where)] if among is None else chosen(memory, model, where, among)
    if not rows or rows[0] is None:
        return None
    row = rows[0]
    try:
        memory.change(model, [row], [changed(model, row, given)])
    except Refused as refused:
        raise (Refused(*refused.codes, "P2025") if missed else refused) from None
    key = dict(row)
    for link, word, value in acts:
        if not before(link, word, value):
            if any(row[name] != key[name] for name in link.local):
                raise Unsettled  # an act before it has moved the row itself
            _act(memory, link, row, word, value, new=False)
    _settled(memory, model, key, row)
    return row


def _settled(memory: Memory, model: Model, before: Row, row: Row) -> None:
    """Acts beside a row may end it or take its key away; who answers then with what is not settled."""
    if any(before[name] != row[name] for name in model.key) or not any(
        each is row for each in memory.rows[model.name]
    ):
        raise Unsettled


def _split(memory: Memory, model: Model, data: Row) -> tuple[Row, list[tuple[Link, str, Any]]]:
    """Values of scalars, and single acts on relations."""
    links = memory.world.links[model.name]
    given = {name: value for name, value in data.items() if name not in links}
    acts = [
        (links[name], word, each)
        for name, value in data.items()
        if name in links
        for word, acted in value.items()
        for each in (acted if isinstance(acted, list) and word != "set" else [acted])
    ]
    return given, acts


def _wrapped(model: Model, given: Row) -> Row:
    return {name: _plain(model.by_name[name], value) for name, value in given.items()}


def _plain(field: Field, value: Any) -> Any:
    if field.listed and isinstance(value, dict):
        return list(value["set"])
    return list(value) if field.listed else value


def changed(model: Model, row: Row, data: Row) -> Row:
    """The new values of a row's fields."""
    return {name: _changed(model.by_name[name], row[name], value) for name, value in data.items()}


def _changed(field: Field, old: Any, value: Any) -> Any:
    if not isinstance(value, dict) or (field.type == "Json" and not field.listed and set(value) != {"set"}):
        return value
    ((word, operand),) = value.items()
    if word == "set":
        return operand
    if word == "push":
        return [*(old or []), *(operand if isinstance(operand, list) else [operand])]
    return None if old is None else _calculated(field, old, word, operand)


def _calculated(field: Field, old: Any, word: str, operand: Any) -> Any:
    match word:
        case "increment":
            found = old + operand
        case "decrement":
            found = old - operand
        case "multiply":
            found = old * operand
        case _:
            if field.type in _BOUNDS:
                found = abs(old) // abs(operand) * (1 if (old < 0) == (operand < 0) else -1)
            else:
                found = old / operand
    if field.type in _BOUNDS and not -_BOUNDS[field.type] <= found < _BOUNDS[field.type]:
        raise Refused("P2020")
    if field.type == "Decimal":
        return Decimal(found)
    return float(found) if field.type == "Float" else found


# ---- rows that a row points at ---------------------------------------------------------------------------------------


def _is_before(link: Link, word: str, value: Any) -> bool:
    return link.owns and (
        word in ("create", "connect", "connect_or_create") or (word == "disconnect" and value in (True, {}))
    )


def _own(memory: Memory, link: Link, word: str, value: Any) -> tuple[Row, bool]:
    """The foreign key that an act gives; and whether the database finds out that it points nowhere."""
    target = memory.world.model(link.target)
    if word == "disconnect":
        return dict.fromkeys(link.local), False
    if word == "create":
        found: Row | None = new_row(memory, target, value, {})
    elif word == "connect":
        found = by_key(memory, target, value)
        key = next(iter(value.values()))
        named = key if isinstance(key, dict) else value
        if len(value) == 1 and set(named) == set(link.remote):
            return {mine: named[theirs] for mine, theirs in zip(link.local, link.remote, strict=True)}, True
        if found is None:
            raise Refused("P2025")
    else:
        found = by_key(memory, target, value["where"]) or new_row(memory, target, value["create"], {})
    return {mine: found[theirs] for mine, theirs in zip(link.local, link.remote, strict=True)}, False


# ---- rows at the other end -------------------------------------------------------------------------------------------


def _act(memory: Memory, link: Link, row: Row, word: str, value: Any, *, new: bool) -> None:
    target = memory.world.model(link.target)
    related = memory.follow(link, row)
    match word:
        case "create":
            _make_room(memory, link, row, None, new=new)
            _related_row(memory, link, row, value)
        case "create_many":
            inserted(
                memory,
                target,
                value["data"],
                _foreign_key(link, row),
                skip=bool(value.get("skip_duplicates")),
            )
        case "connect" | "connect_or_create":
            where = value if word == "connect" else value["where"]
            _make_room(memory, link, row, where, new=new)
            found = by_key(memory, target, where)
            if found is not None:
                _attach(memory, link, row, found)
            elif word == "connect":
                raise Refused("P2018" if link.many and link.join is None else "P2025")
            else:
                _related_row(memory, link, row, value["create"])
        case "disconnect":
            _detach(memory, link, row, _those(memory, target, value, related))
        case "set":
            kept = [
                each for where in value for each in chosen(memory, target, where, memory.rows[target.name])
            ]
            _detach(memory, link, row, [each for each in related if not any(each is one for one in kept)])
            for where in value:
                _act(memory, link, row, "connect", where, new=True)
        case "delete":
            _delete(memory, link, row, target, _those(memory, target, value, related))
        case _:
            _change_related(memory, link, row, word, value)


def _change_related(memory: Memory, link: Link, row: Row, word: str, value: Any) -> None:
    """Acts that change or end rows at the other end, and leave the relation alone."""
    target = memory.world.model(link.target)
    related = memory.follow(link, row)
    match word:
        case "update":
            _update(memory, link, target, value, related)
        case "upsert":
            _upsert(memory, link, row, target, value, related)
        case "update_many":
            rows = chosen(memory, target, value["where"], related)
            _change_all(memory, target, rows, value["data"])
        case _:
            memory.delete(target, chosen(memory, target, value, related))


def _foreign_key(link: Link, row: Row) -> Row:
    return {theirs: row[mine] for mine, theirs in zip(link.local, link.remote, strict=True)}


def _those(memory: Memory, target: Model, value: Any, related: list[Row]) -> list[Row]:
    """The related rows that an act is for: all that there are, or those of a key or a filter."""
    return list(related) if value is True else chosen(memory, target, value, related)


def _make_room(memory: Memory, link: Link, row: Row, where: Row | None, *, new: bool) -> None:
    """In a 1:1 relation the row that holds the place is let go, unless it is the one that comes."""
    if new or link.many or link.owns:
        return
    target = memory.world.model(link.target)
    holders = memory.follow(link, row)
    _detach(
        memory,
        link,
        row,
        [each for each in holders if where is None or holds(memory, target, where, each) is not True],
    )


def _related_row(memory: Memory, link: Link, row: Row, data: Row) -> None:
    target = memory.world.model(link.target)
    if link.join is not None:
        _attach(memory, link, row, new_row(memory, target, data, {}))
    else:
        new_row(memory, target, data, _foreign_key(link, row))


def _attach(memory: Memory, link: Link, row: Row, other: Row) -> None:
    if link.join is not None:
        keys = (row[link.local[0]], other[link.remote[0]])
        memory.pair(link.join, *(keys if link.first else keys[::-1]))
    else:
        memory.change(memory.world.model(link.target), [other], [_foreign_key(link, row)])


def _detach(memory: Memory, link: Link, row: Row, others: list[Row]) -> None:
    if link.join is not None:
        for other in others:
            keys = (row[link.local[0]], other[link.remote[0]])
            memory.pairs[link.join.name].discard(keys if link.first else keys[::-1])
        return
    if link.owns:
        if others:
            memory.change(memory.world.model(link.model), [row], [dict.fromkeys(link.local)])
        return
    assert link.relation is not None
    if others and not link.relation.optional:
        raise Refused("P2014")
    memory.change(memory.world.model(link.target), others, [dict.fromkeys(link.remote)] * len(others))


def _delete(memory: Memory, link: Link, row: Row, target: Model, others: list[Row]) -> None:
    if not others:
        raise Refused("P2017" if link.many else "P2025")
    if link.owns:
        memory.change(memory.world.model(link.model), [row], [dict.fromkeys(link.local)])
    memory.delete(target, others)
    if not any(each is row for each in memory.rows[link.model]):
        raise Unsettled  # the row deleted itself through a relation


def _update(memory: Memory, link: Link, target: Model, value: Row, related: list[Row]) -> None:
    wrapped = link.many or (
        "data" in value and "data" not in {*target.by_name, *memory.world.links[target.name]}
    )
    where, data = (value.get("where") or {}, value["data"]) if wrapped else ({}, value)
    if change_row(memory, target, where, data, related) is None:
        raise Refused("P2025")


def _upsert(memory: Memory, link: Link, row: Row, target: Model, value: Row, related: list[Row]) -> None:
    if change_row(memory, target, value.get("where") or {}, value["update"], related) is not None:
        return
    if link.owns:
        key = new_row(memory, target, value["create"], {})
        pairs = zip(link.local, link.remote, strict=True)
        memory.change(memory.world.model(link.model), [row], [{mine: key[theirs] for mine, theirs in pairs}])
    else:
        _related_row(memory, link, row, value["create"])


def inserted(memory: Memory, model: Model, data: Sequence[Row], preset: Row, *, skip: bool) -> list[Row]:
    """Many new rows."""
    codes: set[str] = set()
    rows: list[Row] = []
    if skip and len({frozenset(each) for each in data}) > 1:
        raise Unsettled  # rows of other fields are another statement, and the first of two equal ones stays
    for each in data:
        row = _wrapped(model, each) | preset
        if skip and memory.duplicate(model, row):
            continue
        try:
            rows.append(memory.insert(model, row))
        except Refused as refused:
            codes |= refused.codes
    if codes:
        codes |= {"P2002"} if len(data) > 1 else set()  # rows that were refused may be equal to others
        if "P2003" in codes and _points_at_itself(memory, model):
            raise Unsettled  # rows of one statement may point at each other
        raise Refused(*codes)
    return rows


def _points_at_itself(memory: Memory, model: Model) -> bool:
    return any(each.child == each.parent == model.name for each in memory.world.relations)
