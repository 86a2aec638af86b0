"""Random calls on a world, most of which concern rows that are there. They are shown as a person would write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from campaigns.client.memory import Memory, Row
from campaigns.client.questions import Questions
from campaigns.client.worlds import NUMBERS, Field, Link, Model

READS = (
    "find_unique",
    "find_unique_or_raise",
    "find_first",
    "find_first_or_raise",
    "find_many",
    "count",
    "aggregate",
    "group_by",
)
WRITES = (
    "create",
    "create_many",
    "update",
    "update_many",
    "upsert",
    "delete",
    "delete_many",
    "create_many_and_return",
    "update_many_and_return",
    "delete_many_and_return",
    "upsert_many",
    "update_each",
)
_WEIGHTS = {
    "find_many": 9,
    "create": 5,
    "update": 5,
    "find_first": 3,
    "count": 3,
    "upsert": 3,
    "create_many": 2,
}


@dataclass(frozen=True)
class Call:
    """One call of a client."""

    model: str
    operation: str
    args: Row

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.args.items())
        return f"db.{self.model.lower()}.{self.operation}({given})"


class Caller(Questions):
    """Makes calls. `memory` is looked at for rows that are there; nothing is done to it."""

    def call(self, memory: Memory) -> Call:
        """Any call on any model, or a read of a view."""
        model = self._chance.choice((*self._world.models, *self._world.views))
        names = [*READS] if model in self._world.views else [*READS, *WRITES]
        empty = not memory.rows[model.name]
        weights = [20 if empty and name == "create" else _WEIGHTS.get(name, 1) for name in names]
        (operation,) = self._chance.choices(names, weights)
        return Call(model.name, operation, getattr(self, f"_{operation}")(memory, model))

    # ---- operations --------------------------------------------------------------------------------------------------

    def _find_unique(self, memory: Memory, model: Model) -> Row:
        return self._with_include({"where": self._unique(memory, model)}, model)

    _find_unique_or_raise = _find_unique

    def _find_first(self, memory: Memory, model: Model) -> Row:
        page = self._page(memory, model, 2, total=True)
        page.pop("take", None)
        return page

    _find_first_or_raise = _find_first

    def _find_many(self, memory: Memory, model: Model) -> Row:
        return self._page(memory, model, 2)

    def _count(self, memory: Memory, model: Model) -> Row:
        page = self._rows(memory, model)
        if self._often(0.3):
            names = ["_all", *model.by_name]
            page["select"] = dict.fromkeys(self._chance.sample(names, min(len(names), 2)), True)
        return page

    def _rows(self, memory: Memory, model: Model) -> Row:
        """A page without what is selected of its rows."""
        return {
            name: each
            for name, each in self._page(memory, model, 0).items()
            if name not in ("include", "select", "omit")
        }

    def _aggregate(self, memory: Memory, model: Model) -> Row:
        return self._rows(memory, model) | self._measures(model)

    def _group_by(self, memory: Memory, model: Model) -> Row:
        able = [each.name for each in model.fields if not each.listed and each.type != "Json"]
        by = self._chance.sample(able, min(len(able), self._chance.choice([1, 1, 2])))
        args: Row = {"by": by, "order": [{name: self._chance.choice(["asc", "desc"])} for name in by]}
        if self._often(0.4):
            args["where"] = self._where(memory, model, 1)
        if self._often(0.3):
            args["having"] = {"_count": {self._chance.choice(["gt", "lte"]): self._chance.choice([0, 1, 2])}}
        if self._often(0.3):
            args["take"] = self._chance.choice([0, 1, 2])
        return args | self._measures(model)

    def _measures(self, model: Model) -> Row:
        """At least one measure."""
        args: Row = {"count": True} if self._often(0.5) else {}
        numbers = [each.name for each in model.fields if each.type in NUMBERS and not each.listed]
        plain = [each.name for each in model.fields if each.type != "Json" and not each.listed]
        ranked = [each.name for each in model.fields if each.name in plain and each.type != "Bytes"]
        for word, able in (
            ("sum", numbers), ("avg", numbers), ("min", ranked), ("max", ranked), ("count_distinct", plain),
        ):  # fmt: skip
            if able and self._often(0.35):
                args[word] = self._chance.sample(able, min(len(able), self._chance.choice([1, 2])))
        return args or {"count": True}

    def _create(self, memory: Memory, model: Model) -> Row:
        return self._with_include({"data": self._data(memory, model, 2, new=True)}, model)

    def _create_many(self, memory: Memory, model: Model) -> Row:
        rows = [self._data(memory, model, 0, new=True) for _ in range(self._chance.randint(1, 4))]
        return {"data": rows, **({"skip_duplicates": True} if self._often(0.5) else {})}

    def _update(self, memory: Memory, model: Model) -> Row:
        data = self._data(memory, model, 2, new=False)
        return self._with_include({"where": self._unique(memory, model), "data": data}, model)

    def _update_many(self, memory: Memory, model: Model) -> Row:
        data = self._data(memory, model, 0, new=False)
        return {"data": data, **({"where": self._where(memory, model, 2)} if self._often(0.8) else {})}

    def _upsert(self, memory: Memory, model: Model) -> Row:
        where = self._unique(memory, model)
        create = self._data(memory, model, 1, new=True)
        if self._often(0.6):
            named = self._named(model, where)
            links = self._world.links[model.name]
            create = {name: value for name, value in create.items() if name not in links or not links[name].owns
                      or not set(links[name].local) & set(named)} | named  # fmt: skip
        update = self._data(memory, model, 1, new=False) if self._often(0.8) else {}
        return self._with_include({"where": where, "create": create, "update": update}, model)

    def _delete(self, memory: Memory, model: Model) -> Row:
        return self._with_include({"where": self._unique(memory, model)}, model)

    def _delete_many(self, memory: Memory, model: Model) -> Row:
        return {"where": self._where(memory, model, 2)}

    def _create_many_and_return(self, memory: Memory, model: Model) -> Row:
        return self._with_include(self._create_many(memory, model), model)

    def _update_many_and_return(self, memory: Memory, model: Model) -> Row:
        return self._with_include(self._update_many(memory, model), model)

    def _delete_many_and_return(self, memory: Memory, model: Model) -> Row:
        return self._delete_many(memory, model)

    def _upsert_many(self, memory: Memory, model: Model) -> Row:
        name, key = self._chance.choice(list(model.keys.items()))
        rows: dict[str, Row] = {}
        for _ in range(self._chance.randint(1, 3)):
            row = self._data(memory, model, 0, new=True) | self._values_of(memory, model, key)
            rows[repr([row[each] for each in key])] = row
        args: Row = {"key": name, "data": list(rows.values())}
        if self._often(0.4) and set(args["data"][0]) > set(key):
            args["update"] = self._chance.sample([each for each in args["data"][0] if each not in key], 1)
        elif self._often(0.4):
            args["update"] = self._data(memory, model, 0, new=False, but=key)
        return args

    def _update_each(self, memory: Memory, model: Model) -> Row:
        name, key = self._chance.choice(list(model.keys.items()))
        rows: dict[str, Row] = {}
        for _ in range(self._chance.randint(1, 3)):
            row = self._data(memory, model, 0, new=False, but=key) | self._values_of(memory, model, key)
            if set(row) == set(key):
                other = next(each for each in model.fields if each.name not in key)
                row[other.name] = self._written(memory, model, other, new=False)
            rows[repr([row[each] for each in key])] = row
        return {"key": name, "data": list(rows.values())}

    def _values_of(self, memory: Memory, model: Model, key: tuple[str, ...]) -> Row:
        """The values of a key, mostly of a row that is there."""
        rows = [row for row in memory.rows[model.name] if all(row[each] is not None for each in key)]
        if rows and self._often(0.6):
            row = self._chance.choice(rows)
            return {each: row[each] for each in key}
        return {each: self._seldom(model.by_name[each]) for each in key}

    # ---- data --------------------------------------------------------------------------------------------------------

    def _data(self, memory: Memory, model: Model, depth: int, *, new: bool, but: tuple[str, ...] = ()) -> Row:
        data: Row = {}
        taken = set(but)
        for link in self._world.links[model.name].values():
            mine = set(link.local) if link.owns else set[str]()
            if depth and not mine & taken and self._often(0.35):
                data[link.name] = self._acts(memory, link, depth - 1, new=new)
                taken |= mine
        for field in model.fields:
            if field.name in taken:
                continue
            needed = new and not field.optional and not field.listed and field.default is None
            if needed or self._often(0.4 if new else 0.25):
                data[field.name] = self._written(memory, model, field, new=new)
        items = list(data.items())
        self._chance.shuffle(items)
        return dict(items)

    def _written(self, memory: Memory, model: Model, field: Field, *, new: bool) -> Any:
        parents = [
            each for each in self._world.relations if each.child == model.name and field.name in each.fields
        ]
        if parents and self._often(0.85):
            relation = parents[0]
            rows = memory.rows[relation.parent]
            if rows:
                return self._chance.choice(rows)[relation.references[relation.fields.index(field.name)]]
        if field.optional and self._often(0.3):
            return None
        if field.listed:
            return self._list(field, new=new)
        if (
            not new
            and field.type in NUMBERS
            and not field.unique
            and field.name not in model.key
            and self._often(0.5)
        ):
            word = self._chance.choice(["increment", "decrement", "multiply", "divide", "set"])
            return {word: self._number(field, word)}
        if not new and field.type != "Json" and self._often(0.2):
            return {"set": self._value(field)}
        return self._seldom(field) if field.unique or field.name in model.key else self._value(field)

    def _seldom(self, field: Field) -> Any:
        """A value that is hardly there yet."""
        number = self._chance.randint(4, 60)
        match field.type:
            case "Int" | "BigInt":
                return number
            case "String":
                return f"{self._value(field)}{number}"
            case "Decimal":
                return self._value(field) + number
            case _:
                return self._value(field)

    def _number(self, field: Field, word: str) -> Any:
        if word == "set":
            return self._value(field)
        if word in ("multiply", "divide"):
            return self._chance.choice([1, 2, -1, 4] if field.type != "Float" else [0.5, 2.0, -1.0])
        return self._chance.choice([1, 2, -3] if field.type != "Float" else [0.5, 1.0, -0.25])

    def _list(self, field: Field, *, new: bool) -> Any:
        items = [self._value(field) for _ in range(self._chance.choice([0, 1, 2, 3]))]
        if not new and self._often(0.4):
            return {"push": items if self._often(0.5) else self._value(field)}
        return {"set": items} if self._often(0.3) else items

    def _acts(self, memory: Memory, link: Link, depth: int, *, new: bool) -> Row:
        words = ["create", "connect", "connect_or_create"]
        if link.many and link.join is None:
            words.append("create_many")
        if not new:
            words += ["update", "upsert"]
            words += [] if link.owns and link.required else ["disconnect", "delete"]
            words += ["set", "update_many", "delete_many"] if link.many else []
        chosen = self._chance.sample(words, 1 if not link.many else self._chance.choice([1, 1, 2]))
        return {word: self._act(memory, link, word, depth) for word in chosen}

    def _act(self, memory: Memory, link: Link, word: str, depth: int) -> Any:
        if link.many and word != "create_many" and self._often(0.5):
            return [self._one_act(memory, link, word, depth) for _ in range(self._chance.choice([1, 2]))]
        one = self._one_act(memory, link, word, depth)
        return [one] if word == "set" else one

    def _one_act(self, memory: Memory, link: Link, word: str, depth: int) -> Any:
        target = self._world.model(link.target)
        but = () if link.owns or link.join else link.remote

        def data(*, new: bool) -> Row:
            return self._data(memory, target, depth, new=new, but=but)

        match word:
            case "create":
                return data(new=True)
            case "create_many":
                rows = [
                    self._data(memory, target, 0, new=True, but=but)
                    for _ in range(self._chance.choice([1, 2]))
                ]
                return {"data": rows, "skip_duplicates": self._often(0.5)}
            case "connect" | "set":
                return self._key(memory, target)
            case "connect_or_create":
                return {"where": self._key(memory, target), "create": data(new=True)}
            case "disconnect" | "delete" if not link.many:
                return True if self._often(0.6) else self._where(memory, target, 0)
            case "disconnect" | "delete":
                return self._key(memory, target)
            case "update" if not link.many:
                change = data(new=False)
                return (
                    change
                    if self._often(0.5) or "data" in target.by_name
                    else {"where": self._where(memory, target, 0), "data": change}
                )
            case "update":
                return {"where": self._key(memory, target), "data": data(new=False)}
            case "upsert":
                where = {"where": self._key(memory, target)} if link.many else {}
                return {**where, "create": data(new=True), "update": data(new=False)}
            case "update_many":
                return {
                    "where": self._where(memory, target, 1),
                    "data": self._data(memory, target, 0, new=False, but=but),
                }
            case _:
                return self._where(memory, target, 1)
