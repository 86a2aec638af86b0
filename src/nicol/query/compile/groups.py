"""From measures to statements: pages that are counted and added up as a whole, and groups of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicol.query import query as q
from nicol.query.answers import Answer, Late, answer
from nicol.query.compile.context import Act, Context, Frame, Said, Single
from nicol.query.compile.filters import aliased, both, column, condition, joined
from nicol.query.compile.measures import measured
from nicol.query.compile.ordering import ordering
from nicol.query.compile.pages import cut_page, page_rows, undistinct
from nicol.query.measures import ROWS, answered, field_of, name_of
from nicol.query.models import Field, Model
from nicol.query.shape import faulty
from nicol.schema.schema import Arity, Scalar
from nicol.sql import tree as sql
from nicol.sql.program import Program, Row

# ---- pages as a whole --------------------------------------------------------------------------------------------


def count(ctx: Context, query: q.Count) -> Act[int]:
    """The number of rows of a page."""
    model = ctx.models.by_name[query.model]
    said = ctx.say(_whole(ctx, model, query.page, (q.Measure("count"),)))
    return Single(said, lambda result: result.rows[0][0])


def aggregate(ctx: Context, query: q.Aggregate) -> Act[dict[str, Any]]:
    """Measures of the rows of a page."""
    model = ctx.models.by_name[query.model]
    said = ctx.say(_whole(ctx, model, query.page, query.measures))
    paths = [_path(measure)[query.flat :] for measure in query.measures]
    fields = [field_of(ctx.models, model, measure) for measure in query.measures]
    answers = _Answers(said, model, fields, answer(paths, fields, [None] * len(fields)))

    def act(frame: Frame) -> Program[dict[str, Any]]:
        return (yield from answers.run(frame))[0]

    return act


def _whole(ctx: Context, model: Model, page: q.Page, measures: tuple[q.Measure, ...]) -> sql.Select:
    """The measures of a page's rows: of the table where the page is but a filter, else of a query with its rows."""
    page = undistinct(model, page)
    if page.take is None and page.skip is None and page.cursor is None and not page.distinct:
        columns = tuple(measured(ctx, model, "t0", measure) for measure in measures)
        return sql.Select(columns, aliased(model.table, "t0"), where=condition(ctx, model, "t0", page.where))
    names = [model.fields[measure.field].column for measure in measures if measure.field is not None]
    names = names or [next(iter(model.stored.values())).column]
    rows = cut_page(page_rows(ctx, model, page, tuple(dict.fromkeys(names))), page)
    columns = tuple(measured(ctx, model, "r", measure) for measure in measures)
    return sql.Select(columns, sql.Derived(rows, "r"))


def _path(measure: q.Measure) -> tuple[str, str]:
    return f"_{measure.function}", measure.field or ROWS


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """A statement whose rows become dictionaries."""

    said: Said
    model: Model
    fields: Sequence[Field]
    answer: Answer
    backwards: bool = False

    def run(self, frame: Frame) -> Program[list[dict[str, Any]]]:
        rows = (yield self.said.statement(frame)).rows
        if self.backwards:
            rows.reverse()
        return self._answered(rows, frame)

    def _answered(self, rows: Sequence[Row], frame: Frame) -> list[dict[str, Any]]:
        try:
            return self.answer(rows, frame)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise faulty(self.model, self.fields, rows) or error from error


# ---- groups ------------------------------------------------------------------------------------------------------


def group_by(ctx: Context, query: q.GroupBy) -> Act[list[dict[str, Any]]]:
    """The measures of each group. Groups are a query with a row for each, which is filtered and ordered as a table is."""
    model = ctx.models.by_name[query.model]
    joins: list[sql.Join] = []
    keys = [_key(ctx, model, key, joins) for key in query.keys]
    measures = [field_of(ctx.models, model, measure) for measure in query.measures]
    fields = [
        replace(field, column=f"m{index}")
        for index, field in enumerate([*(key.field for key in keys), *measures])
    ]
    of = [*(key.of for key in keys), *(measured(ctx, model, "t0", measure) for measure in query.measures)]
    inner = sql.Select(
        tuple(sql.Named(each, field.column) for each, field in zip(of, fields, strict=True)),
        aliased(model.table, "t0"),
        tuple(joins),
        condition(ctx, model, "t0", query.where),
        group=tuple(sql.Number(index + 1) for index in range(len(keys))),
    )
    shown = len(keys) + query.shown
    rows = _page(ctx, model, query, dict(zip(_names(query), fields, strict=True)), inner, fields[:shown])
    paths = [*((*key.path, key.field) for key in query.keys), *map(_path, query.measures)]
    late = [*(key.late for key in keys), *(None for _ in query.measures)]
    built = answer(paths[:shown], fields[:shown], late[:shown])
    return _Answers(ctx.say(rows), model, fields[:shown], built, query.page.backwards).run


def _names(query: q.GroupBy) -> list[str]:
    return [*(key.name for key in query.keys), *map(name_of, query.measures)]


def _page(
    ctx: Context,
    model: Model,
    query: q.GroupBy,
    fields: dict[str, Field],
    inner: sql.Select,
    shown: Sequence[Field],
) -> sql.Select:
    """The page of groups that is wanted."""
    groups, page = answered(model, fields, tuple(key.name for key in query.keys)), query.page
    order = ordering(ctx, groups, "g", page, total=page.take is not None or page.skip is not None)
    columns = tuple(sql.Column(field.column, "g") for field in shown)
    where = condition(ctx, groups, "g", page.where)
    return cut_page(sql.Select(columns, sql.Derived(inner, "g"), where=where, order=order.keys), page)


@dataclass(frozen=True, slots=True, eq=False)
class _Key:
    """A key of groups: what it is in SQL, its field, and what is done to its values with the frame."""

    of: sql.Expression
    field: Field
    late: Late | None = None


def _key(ctx: Context, model: Model, key: q.GroupKey, joins: list[sql.Join]) -> _Key:
    source, optional = "t0", bool(key.path)
    for index, name in enumerate(key.path):
        link, alias = model.links[name], ctx.alias()
        target = ctx.models.target(link)
        on = joined(model, target, link, source, alias)
        if index < len(key.guards):
            on = both(on, condition(ctx, target, alias, key.guards[index]))
        joins.append(sql.Join(aliased(target.table, alias), on, outer=True))
        model, source = target, alias
    field, of = model.fields[key.field], column(model, key.field, source)
    field = replace(field, name=key.name, arity=_arity(field, optional))
    return _Key(of, field) if key.unit is None else _bucket(ctx, model, key, of, field)


def _arity(field: Field, optional: bool) -> Arity:
    return Arity.OPTIONAL if optional and field.arity is Arity.REQUIRED else field.arity


def _bucket(ctx: Context, model: Model, key: q.GroupKey, of: sql.Column, field: Field) -> _Key:
    """A unit of time; its value is the moment of its beginning, told by the zone's clock."""
    assert key.unit is not None
    native = model.schema.scalar(key.field).native
    zone = None if key.zone is None else ctx.value(model, model.fields[key.field], key.zone, _zone)
    found = sql.Bucket(
        of, key.unit, zone and sql.Param(zone.slot), native is not None and native.name == "Timestamptz"
    )
    moment = replace(ctx.models.measures[Scalar.DATETIME], name=field.name, arity=field.arity)
    return _Key(found, moment, _told(key.zone, short=key.unit in ("second", "minute", "hour")))


def _zone(name: Any) -> str:
    """A time zone by its name."""
    if not isinstance(name, str):
        raise TypeError(f"expected the name of a time zone, got {type(name).__name__}")
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):
        raise ValueError("expected a time zone of the IANA database, such as Europe/Berlin") from None


def _told(slot: int | None, *, short: bool) -> Callable[[datetime, Frame], datetime] | None:
    """What gives a moment its zone: a short unit is the moment itself, a long one what the zone's clock shows."""
    if slot is None:
        return None

    def told(moment: datetime, frame: Frame) -> datetime:
        zone = ZoneInfo(frame[slot])
        instant = moment if short else moment.replace(tzinfo=zone).astimezone(UTC)
        return instant.astimezone(zone)

    return told
