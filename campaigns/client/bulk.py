"""What the writes of many rows by a key do in plain Python."""

from __future__ import annotations

from campaigns.client.conditions import chosen
from campaigns.client.memory import Memory, Refused, Row, Unsettled
from campaigns.client.reads import Bag, shown
from campaigns.client.worlds import Model
from campaigns.client.writes import changed, inserted, update_many


def create_many_and_return(memory: Memory, model: Model, args: Row) -> list[Row]:
    """Many new rows, in the order of the data."""
    rows = inserted(memory, model, args["data"], {}, skip=bool(args.get("skip_duplicates")))
    return [shown(memory, model, row, args) for row in rows]


def update_many_and_return(memory: Memory, model: Model, args: Row) -> Bag:
    """The same changes of many rows, and those rows."""
    rows = chosen(memory, model, args.get("where"), memory.rows[model.name])
    update_many(memory, model, args)
    return Bag(shown(memory, model, row, args) for row in rows)


def delete_many_and_return(memory: Memory, model: Model, args: Row) -> Bag:
    """The end of many rows, as they were."""
    rows = chosen(memory, model, args.get("where"), memory.rows[model.name])
    if len(rows) > 1 and any(each.child == each.parent == model.name for each in memory.world.relations):
        raise Unsettled  # what an earlier row has changed of a later one
    answer = Bag(shown(memory, model, row, args) for row in rows)
    memory.delete(model, rows)
    return answer


def upsert_many(memory: Memory, model: Model, args: Row) -> tuple[int, int]:
    """New rows, and changes of those whose key is there; how many of each."""
    made, old = _upserted(memory, model, args)
    return len(made), len(old)


def _upserted(memory: Memory, model: Model, args: Row) -> tuple[list[Row], list[Row]]:
    key, update = model.keys[args["key"]], args.get("update")
    created: list[Row] = []
    found: list[tuple[Row, Row]] = []
    for each in args["data"]:
        row = memory.find(model, {name: each[name] for name in key})
        if row is None:
            created.append(each)
            continue
        if isinstance(update, dict):
            found.append((row, changed(model, row, update)))
        else:
            names = [name for name in each if name not in key] if update is None else update
            found.append((row, changed(model, row, {name: each[name] for name in names if name in each})))
    found = [(row, change) for row, change in found if change]  # rows that are left alone are not counted
    _careful(memory, model, created, found)
    return inserted(memory, model, created, {}, skip=False), [row for row, _ in found]


def update_each(memory: Memory, model: Model, args: Row) -> int:
    """Changes of rows, each in its own way; how many there were."""
    key = model.keys[args["key"]]
    found: list[tuple[Row, Row]] = []
    for each in args["data"]:
        row = memory.find(model, {name: each[name] for name in key})
        if row is not None:
            given = {name: value for name, value in each.items() if name not in key}
            try:
                found.append((row, changed(model, row, given)))
            except Refused as refused:  # other rows may have other faults
                raise Refused(*refused.codes, "P2002", "P2003") from None
    _careful(memory, model, [], found)
    return len(found)


def _careful(memory: Memory, model: Model, created: list[Row], found: list[tuple[Row, Row]]) -> None:
    """Change rows, unless the order of changes could make a difference."""
    unique = {name for names in model.keys.values() for name in names}
    touched = {name for _, change in found for name in change} & unique
    if touched and (len(found) > 1 or created):
        raise Unsettled
    if len(created) > 1 and any(each.child == each.parent == model.name for each in memory.world.relations):
        raise Unsettled  # rows of one statement may point at each other
    codes: set[str] = set()
    try:
        memory.change(model, [row for row, _ in found], [change for _, change in found])
    except Refused as refused:
        codes |= refused.codes
        try:
            inserted(memory, model, created, {}, skip=False)
        except Refused as other:
            codes |= other.codes
        raise Refused(*codes) from None
