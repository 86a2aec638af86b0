"""The reading half of random calls: pages, orders, includes, filters and keys."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from campaigns.client.memory import Memory, Row
from campaigns.client.worlds import POOLS, Field, Link, Model, World


class Questions:
    """Makes the arguments of reads."""

    def __init__(self, chance: Random, world: World) -> None:
        self._chance = chance
        self._world = world

    def _often(self, share: float) -> bool:
        return self._chance.random() < share

    # ---- pages -------------------------------------------------------------------------------------------------------

    def _with_include(self, args: Row, model: Model, depth: int = 1) -> Row:
        return {**args, **self._selection(model, depth)} if self._often(0.5) else args

    def _selection(self, model: Model, depth: int) -> Row:
        """What is wanted of a row: all of it and more, some of it, or all but some."""
        include = self._include(model, depth)
        names = list(model.by_name)
        chosen = dict.fromkeys(self._chance.sample(names, self._chance.randint(1, len(names))), True)
        counts = [link for link in self._world.links[model.name].values() if link.many]
        if counts and self._often(0.3):
            include["_count"] = self._counts(counts)
        if self._often(0.25):
            return {"select": chosen | include}
        if self._often(0.15) and len(chosen) < len(names):
            return {"omit": chosen} | ({"include": include} if include else {})
        return {"include": include} if include else {}

    def _counts(self, links: list[Link]) -> Any:
        """How many rows each relation leads to, or how many of some kind."""
        if self._often(0.4):
            return True
        targets = {link.name: self._world.model(link.target) for link in links}
        return {
            name: True if self._often(0.5) else {"where": self._where(Memory(self._world), target, 0)}
            for name, target in targets.items()
        }

    def _page(self, memory: Memory, model: Model, depth: int, *, total: bool = False) -> Row:
        page: Row = {}
        if self._often(0.6):
            page["where"] = self._where(memory, model, 2)
        if self._often(0.5):
            page["take"] = self._chance.choice([-3, -1, 0, 1, 2, 5])
        if self._often(0.25):
            page["skip"] = self._chance.choice([0, 1, 3])
        if self._often(0.2):
            page["cursor"] = self._key(memory, model)
        elif self._often(0.25) and (able := [each.name for each in model.fields if _distinguishes(each)]):
            page["distinct"] = self._chance.sample(able, min(len(able), self._chance.choice([1, 2])))
        if total or page.keys() & {"take", "skip", "cursor", "distinct"} or self._often(0.4):
            page["order"] = self._order(model)
        return page | (self._selection(model, depth - 1) if depth and self._often(0.8) else {})

    def _order(self, model: Model) -> list[Row]:
        """An order in which no two rows are equal."""
        able = [each for each in model.fields if _ordered(each) and each.name not in model.key]
        chosen = self._chance.sample(able, min(len(able), self._chance.choice([0, 1, 1, 2])))
        keys: list[Row] = [{each.name: self._direction(each)} for each in chosen]
        links = list(self._world.links[model.name].values())
        if links and self._often(0.25):
            keys.insert(0, self._linked_order(self._chance.choice(links)))
        return [*keys, *({name: self._chance.choice(["asc", "desc"])} for name in model.key)]

    def _direction(self, field: Field) -> Any:
        direction = self._chance.choice(["asc", "desc"])
        if field.optional and self._often(0.5):
            return {"sort": direction, "nulls": self._chance.choice(["first", "last"])}
        return direction

    def _linked_order(self, link: Link) -> Row:
        if link.many:
            return {link.name: {"_count": self._chance.choice(["asc", "desc"])}}
        able = [each for each in self._world.model(link.target).fields if _ordered(each)]
        each = self._chance.choice(able)
        return {link.name: {each.name: self._direction(each)}}

    def _include(self, model: Model, depth: int) -> Row:
        links = self._world.links[model.name].values()
        return {link.name: self._included(link, depth) for link in links if self._often(0.35)}

    def _included(self, link: Link, depth: int) -> Any:
        target = self._world.model(link.target)
        if self._often(0.4):
            return True
        if not link.many:
            return (self._selection(target, depth - 1) if depth > 0 else {}) or True
        page = self._page(Memory(self._world), target, max(depth, 0))
        return page or True

    # ---- filters -----------------------------------------------------------------------------------------------------

    def _where(self, memory: Memory, model: Model, depth: int) -> Row:
        where: Row = {}
        for _ in range(self._chance.choice([0, 1, 1, 1, 2])):
            if depth and self._often(0.25):
                word = self._chance.choice(["AND", "OR", "NOT"])
                branches = [
                    self._where(memory, model, depth - 1) for _ in range(self._chance.choice([0, 1, 2]))
                ]
                if word == "OR":
                    branches = list(filter(_asks, branches))
                where[word] = branches if self._often(0.7) or not branches else branches[0]
            elif depth and self._often(0.35) and (links := list(self._world.links[model.name].values())):
                link = self._chance.choice(links)
                where[link.name] = self._related(memory, link, depth - 1)
            else:
                field = self._chance.choice(model.fields)
                where[field.name] = self._condition(field)
        return where

    def _related(self, memory: Memory, link: Link, depth: int) -> Any:
        nested = self._where(memory, self._world.model(link.target), depth)
        if link.many:
            return {self._chance.choice(["some", "every", "none"]): nested}
        if not link.required and self._often(0.3):
            return None if self._often(0.5) else {self._chance.choice(["is", "is_not"]): None}
        return {self._chance.choice(["is", "is_not"]): nested}

    def _condition(self, field: Field) -> Any:
        if field.listed:
            return self._list_condition(field)
        if field.optional and self._often(0.15):
            return self._chance.choice([None, {"not": None}, {"equals": None}])
        if field.type == "Json":
            return {self._chance.choice(["equals", "not"]): self._value(field)}
        if self._often(0.25):
            return self._value(field)
        words = ["equals", "not"]
        if field.type != "Boolean":
            words += ["in", "not_in"]
        if field.comparable and field.type != "Bytes":
            words += ["lt", "lte", "gt", "gte"]
        if field.type == "String":
            words += ["contains", "startswith", "endswith"]
        chosen = {
            word: self._operand(field, word)
            for word in self._chance.sample(words, self._chance.choice([1, 1, 2]))
        }
        if field.type == "String" and self._often(0.2) and not chosen.keys() & {"lt", "lte", "gt", "gte"}:
            chosen["mode"] = "insensitive"
        return chosen

    def _operand(self, field: Field, word: str) -> Any:
        if word in ("in", "not_in"):
            return [self._value(field) for _ in range(self._chance.choice([0, 1, 2, 3]))]
        if word == "not" and self._often(0.3):
            return {"in": [self._value(field)]} if field.type != "Boolean" else {"equals": self._value(field)}
        return self._value(field)

    def _list_condition(self, field: Field) -> Row:
        items = [self._value(field) for _ in range(self._chance.choice([0, 1, 2]))]
        return self._chance.choice(
            [{"equals": items}, {"has": self._value(field)}, {"has_every": items}, {"has_some": items},
             {"is_empty": self._often(0.5)}]
        )  # fmt: skip

    def _value(self, field: Field) -> Any:
        value = self._chance.choice(POOLS[field.type])
        if field.type == "Decimal" and not self._world.portable and abs(value) > 10**9:
            return Decimal(10**9)  # Prisma's own column on SQLite keeps numbers as floats
        return value

    # ---- keys --------------------------------------------------------------------------------------------------------

    def _key(self, memory: Memory, model: Model) -> Row:
        """A unique key, mostly of a row that is there."""
        name, fields = self._chance.choice(list(model.keys.items()))
        rows = [row for row in memory.rows[model.name] if all(row[each] is not None for each in fields)]
        if rows and self._often(0.8):
            row = self._chance.choice(rows)
            values = {each: row[each] for each in fields}
        else:
            values = {each: self._value(model.by_name[each]) for each in fields}
        return {name: values} if len(fields) > 1 else values

    def _unique(self, memory: Memory, model: Model) -> Row:
        where = self._key(memory, model)
        if self._often(0.15):
            field = self._chance.choice(model.fields)
            where = {field.name: self._condition(field), **where}
        return where

    def _named(self, model: Model, where: Row) -> Row:
        """The values that a unique `where` names."""
        name = next(name for name in where if name in model.keys and where[name] is not None)
        fields = model.keys[name]
        value = where[name]
        if len(fields) == 1:
            return {} if isinstance(value, dict) else {name: value}
        return dict(value)


def _ordered(field: Field) -> bool:
    return not field.listed and field.type not in ("Json", "Bytes")


def _distinguishes(field: Field) -> bool:
    return not field.listed and field.type != "Json"


def _asks(where: Row) -> bool:
    """Whether a filter asks anything: a branch of OR has to."""
    for word, value in where.items():
        branches = value if isinstance(value, list) else [value]
        if any(map(_asks, branches)) if word == "AND" else word != "NOT" or branches:
            return True
    return False
