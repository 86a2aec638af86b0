"""The query engine of one client: from a call's arguments to the program that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import is_
from typing import Any

from nicol.dialects.dialect import Dialect
from nicol.errors import ClientError, DriverError, QueryInvalid
from nicol.query.blame import broken_key
from nicol.query.compile import compile_query
from nicol.query.defaults import Environment
from nicol.query.described import describe_call
from nicol.query.faults import invalid, translate
from nicol.query.models import Objects, bind
from nicol.query.plan import Plan, Plans, is_locking, is_write
from nicol.query.query import Query
from nicol.query.raw_rows import Objects as Built
from nicol.query.raw_rows import objects_of
from nicol.query.read import read
from nicol.query.read.data import plain_change
from nicol.query.sealed import seal_of
from nicol.query.typed import TypedQuery
from nicol.query.typed_plan import TypedPlan, typed_plan
from nicol.schema.schema import Schema
from nicol.sealing.keys import KeyRing
from nicol.sql.program import Program, Row

_CHANGES = frozenset({"update", "update_many"})
"""The operations that `_plan_of_change` knows: their queries hang on no values."""

_SHAPES = 2048
"""How many shapes of plain changes are remembered; when there are more, all are given up and found again."""

_BUILDERS = 512
"""How many shapes of foreign rows are remembered; when there are more, all are given up and made again."""


class Engine:
    """Answers calls for one schema on one kind of database.

    `now` tells the time in UTC and `random` gives so many random bytes: nothing here has a clock or rolls dice. `omitted`:
    fields of models that calls do not read unless they ask for them. `ring`: the keys of encrypted fields.
    """

    def __init__(
        self,
        schema: Schema,
        dialect: Dialect,
        objects: Objects,
        *,
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        omitted: Mapping[str, frozenset[str]] | None = None,
        ring: KeyRing | None = None,
    ) -> None:
        seals = partial(seal_of, ring=ring or KeyRing(), random=random)
        self.models = bind(schema, dialect, objects, seals, omitted)
        self._schema = schema
        self._dialect = dialect
        self._environment = Environment(now, random)
        self._plans = Plans()
        self._short: dict[tuple[str, str, Any], Plan] = {}
        self._changes: dict[tuple[str, str, tuple[Any, ...]], Plan] = {}
        self._typed: dict[str, TypedPlan] = {}
        self._builders: dict[tuple[str, tuple[str, ...]], Built] = {}
        self.hidden: dict[str, tuple[int, ...]] = {}
        """The places of encrypted values among the parameters of texts, for whoever shows parameters."""
        self.scoped_plans: dict[Any, Plans] = {}
        """The plans of scoped clients, by their guards."""

    def plan(self, model: str, operation: str, args: dict[str, Any]) -> tuple[Plan, list[Any]]:
        """The plan of a call and its values: `plan.writes` says which connection it needs, `plan.program(values)` answers it.

        QueryInvalid says what is wrong with the call.
        """
        where = args.get("where") if len(args) < 3 else None
        if type(where) is dict and len(where) == 1:  # pyright: ignore[reportUnknownArgumentType] - of anything
            if len(args) == 1:
                return self._plan_of_one(model, operation, args, where)  # pyright: ignore[reportUnknownArgumentType]
            if operation in _CHANGES:
                return self._plan_of_change(model, operation, args, where)  # pyright: ignore[reportUnknownArgumentType]
        return self._plan(model, operation, args)

    def _plan(self, model: str, operation: str, args: dict[str, Any]) -> tuple[Plan, list[Any]]:
        query, values = self.read(model, operation, args)
        return self._plans.get(query) or self.compiled(model, query, len(values)), values

    def _plan_of_one(
        self, model: str, operation: str, args: dict[str, Any], where: dict[Any, Any]
    ) -> tuple[Plan, list[Any]]:
        """The plan of a call that has but one condition. With a plain value its name tells its shape: no query is made."""
        ((name, value),) = where.items()
        if type(value) is not int and type(value) is not str:
            return self._plan(model, operation, args)
        plan = self._short.get((model, operation, name))
        if plan is not None:
            return plan, [value]
        plan, values = self._plan(model, operation, args)
        if values == [value]:
            self._short[model, operation, name] = plan
        return plan, values

    def _plan_of_change(
        self, model: str, operation: str, args: dict[str, Any], where: dict[Any, Any]
    ) -> tuple[Plan, list[Any]]:
        """The plan of a change of plain values under one condition: its words tell its shape, and no query is made."""
        change = plain_change(where, args.get("data"))
        if change is None:
            return self._plan(model, operation, args)
        words, given = change
        shape = (model, operation, words)
        plan = self._changes.get(shape)
        if plan is not None:
            return plan, given
        plan, values = self._plan(model, operation, args)
        if len(values) == len(given) and all(map(is_, values, given)):
            if len(self._changes) >= _SHAPES:
                self._changes.clear()
            self._changes[shape] = plan
        return plan, values

    def read(
        self, model: str, operation: str, args: dict[str, Any], first: list[Any] | None = None
    ) -> tuple[Query, list[Any]]:
        """The query that a call is, and its values, behind the `first` ones; QueryInvalid says what is wrong with it."""
        try:
            return read(self.models, self.models.by_name[model], operation, args, first)
        except RecursionError:
            raise _too_deep(model, operation) from None

    def known(self, query: Query) -> Plan | None:
        """The plan of a query that was compiled before."""
        return self._plans.get(query)

    def compiled(self, model: str, query: Query, slots: int) -> Plan:
        """The plan of a query that has so many slots, compiled and kept."""
        plan = self.compile(model, query, slots)
        self._plans.keep(query, plan)
        return plan

    def compile(self, model: str, query: Query, slots: int) -> Plan:
        """The plan of a query that has so many slots."""
        try:
            compiled = compile_query(query, self.models, self._dialect, slots)
        except RecursionError:
            raise _too_deep(model, "a call") from None
        self.hidden.update(compiled.hidden)
        explain = partial(self._explain_call, model, query)
        return Plan(query, compiled, explain, self._environment, is_write(query), is_locking(query))

    def program(
        self, model: str, operation: str, args: dict[str, Any], *, in_transaction: bool = False
    ) -> Program[Any]:
        """The program that answers a call."""
        plan, values = self.plan(model, operation, args)
        return plan.program(values, in_transaction=in_transaction)

    def describe(self, model: str, operation: str, args: dict[str, Any]) -> str:
        """A call in words, without its values."""
        return describe_call(self.models, model, operation, args)

    def objects(self, model: str, columns: tuple[str, ...], rows: Sequence[Row]) -> list[Any]:
        """Objects of a model from rows with these columns, which a statement of somebody else's found."""
        build = self._builders.get((model, columns))
        if build is None:
            build = objects_of(self.models, self.models.by_name[model], columns)
            if len(self._builders) >= _BUILDERS:
                self._builders.clear()
            self._builders[model, columns] = build
        return build(rows)

    def typed(self, query: TypedQuery) -> TypedPlan:
        """The plan of a typed query."""
        plan = self._typed.get(query.name)
        if plan is None:
            plan = self._typed[query.name] = typed_plan(query, self.models, self._schema, self._dialect)
        return plan

    def explain(self, error: DriverError, model: str | None = None) -> ClientError:
        """A database's error in the schema's names; `model` is that of the call, where there was one."""
        return translate(error, self._dialect, self._schema, model)

    def _explain_call(self, model: str, query: Query, error: DriverError) -> ClientError:
        error.in_doubt = error.in_doubt and is_write(query)
        return translate(
            error,
            self._dialect,
            self._schema,
            model,
            suspect=lambda: broken_key(query, self.models, self._schema),
        )


def _too_deep(model: str, operation: str) -> QueryInvalid:
    return invalid(f"the arguments of `{operation}` are nested too deeply", model=model)
