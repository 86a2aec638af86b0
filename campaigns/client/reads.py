"""What reads answer in plain Python: pages, orders, includes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from campaigns.client.conditions import chosen, holds
from campaigns.client.memory import Memory, Refused, Row, Unsettled
from campaigns.client.worlds import ENUM, MEMBERS, Model


class Bag(list[Any]):
    """Rows in no order."""


def find_unique(memory: Memory, model: Model, args: Row, *, required: bool = False) -> Any:
    """The row of a key."""
    row = by_key(memory, model, args["where"])
    if row is None and required:
        raise Refused("P2025")
    return None if row is None else shown(memory, model, row, args)


def by_key(memory: Memory, model: Model, where: Row) -> Row | None:
    """The row that has a key, if what stands beside the key holds too."""
    if not any(where.get(name) is not None for name in model.keys):
        raise ValueError("a unique key is needed")
    return next(iter(chosen(memory, model, where, memory.rows[model.name])), None)


def find_first(memory: Memory, model: Model, args: Row, *, required: bool = False) -> Any:
    """The first row of a page."""
    take = -1 if (args.get("take") or 1) < 0 else 1
    found = page(memory, model, {**args, "take": take}, memory.rows[model.name])
    if not found and required:
        raise Refused("P2025")
    return shown(memory, model, found[0], args) if found else None


def find_many(memory: Memory, model: Model, args: Row) -> list[Any]:
    """The rows of a page."""
    found = page(memory, model, args, memory.rows[model.name])
    return _sequence(args)(shown(memory, model, row, args) for row in found)


def _sequence(args: Row) -> type[list[Any]]:
    return list if args.get("order") else Bag


def shown(memory: Memory, model: Model, row: Row, args: Row) -> Row:
    """A row with what is included."""
    names, relations, counts = _selected(memory, model, args)
    answer = {name: [] if model.by_name[name].listed and row[name] is None else row[name] for name in names}
    for name, wanted in relations.items():
        link = memory.world.links[model.name][name]
        target, nested = memory.world.model(link.target), {} if wanted is True else wanted
        found = memory.follow(link, row)
        if link.many:
            rows = page(memory, target, nested, found)
            answer[name] = _sequence(nested)(shown(memory, target, each, nested) for each in rows)
        else:
            answer[name] = shown(memory, target, found[0], nested) if found else None
    if counts:
        answer["_count"] = {name: _counted(memory, model, row, name, how) for name, how in counts.items()}
    return answer


def _selected(memory: Memory, model: Model, args: Row) -> tuple[list[str], Row, Row]:
    """The scalar fields, the relations and the counts that a selection asks for."""
    links = memory.world.links[model.name]
    select = args.get("select")
    asked: Row = select if select is not None else args.get("include") or {}
    relations = {name: how for name, how in asked.items() if name in links and how is not False}
    counts = asked.get("_count") or {}
    if counts is True:
        counts = {name: True for name, link in links.items() if link.many}
    if select is not None:
        return [name for name in model.by_name if select.get(name)], relations, counts
    omitted = args.get("omit") or {}
    return [name for name in model.by_name if not omitted.get(name)], relations, counts


def _counted(memory: Memory, model: Model, row: Row, name: str, how: Any) -> int:
    link = memory.world.links[model.name][name]
    where = {} if how is True else how.get("where")
    return len(chosen(memory, memory.world.model(link.target), where, memory.follow(link, row)))


def page(memory: Memory, model: Model, args: Row, rows: Sequence[Row]) -> list[Row]:
    """The rows of a page in their order."""
    backwards = (args.get("take") or 0) < 0
    if not _is_total(model, args) and len(rows) > 1:
        raise Unsettled
    everything = ordered(memory, model, args.get("order") or [], rows)
    if backwards:
        everything.reverse()
    if args.get("cursor") is not None:
        places = [n for n, row in enumerate(everything) if holds(memory, model, args["cursor"], row) is True]
        everything = everything[places[0] :] if places else []
    kept = chosen(memory, model, args.get("where"), everything)
    if args.get("distinct"):
        seen: dict[tuple[Any, ...], Row] = {}
        for row in kept:
            seen.setdefault(tuple(row[name] for name in args["distinct"]), row)
        kept = list(seen.values())
    kept = kept[args.get("skip") or 0 :]
    if args.get("take") is not None:
        kept = kept[: abs(args["take"])]
    return kept[::-1] if backwards else kept


def _is_total(model: Model, args: Row) -> bool:
    """True where there is one right answer whatever the order of rows that are equal in the given one."""
    cuts = any(args.get(name) is not None for name in ("take", "skip", "cursor", "distinct"))
    named = {name for key in args.get("order") or [] for name in key}
    return set(model.key) <= named or not (cuts or args.get("order"))


def ordered(memory: Memory, model: Model, order: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """Rows in the order of these keys."""
    found = list(rows)
    for key in reversed(order):
        value_of, descending, nulls = _reading(memory, model, key)
        low = memory.world.portable is False if nulls is None else (nulls == "first") != descending
        found.sort(
            key=cmp_to_key(lambda a, b, v=value_of, low=low: _compare(v(a), v(b), low)), reverse=descending
        )  # type: ignore[misc]
    return found


def _reading(memory: Memory, model: Model, key: Row) -> tuple[Any, bool, str | None]:
    ((name, how),) = key.items()
    link = memory.world.links[model.name].get(name)
    if link is None:
        nulls = how.get("nulls") if isinstance(how, dict) else None
        direction = how["sort"] if isinstance(how, dict) else how
        if model.by_name[name].type == ENUM:
            return (lambda row: _rank(row[name], memory.world.portable)), direction == "desc", nulls
        return (lambda row: row[name]), direction == "desc", nulls
    if link.many:
        return (lambda row: len(memory.follow(link, row))), how["_count"] == "desc", None
    value_of, descending, nulls = _reading(memory, memory.world.model(link.target), how)

    def through(row: Row) -> Any:
        found = memory.follow(link, row)
        return value_of(found[0]) if found else None

    return through, descending, nulls


def _rank(value: Any, declared: bool) -> Any:
    """Enums have the order of their declaration; on SQLite alone they are texts, as Prisma has them."""
    if value is None:
        return None
    return list(MEMBERS).index(value) if declared else MEMBERS[value]


def _compare(one: Any, other: Any, nulls_low: bool) -> int:
    if one is None or other is None:
        if one is None and other is None:
            return 0
        return -1 if (one is None) == nulls_low else 1
    return (one > other) - (one < other)
