"""What must be true before a row is written: the rows that foreign keys of plain values lead to are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from nicol.query import query as q
from nicol.query.compile import bonds
from nicol.query.compile.columns import aliased, both, comparable
from nicol.query.compile.context import Act, Context, Frame
from nicol.query.compile.filters import condition
from nicol.query.compile.sheets import Column, saying, sheet
from nicol.query.models import Model
from nicol.sql import tree as sql
from nicol.sql.program import Program

T = TypeVar("T")
Prove: TypeAlias = Callable[[Frame, Sequence[Column]], Program[None]]
"""Proves what must be true of many rows, given the values of their fields."""


def proved(ctx: Context, model: Model, data: q.Data, act: Act[T]) -> Act[T]:
    """The act, after what its data has to prove; RecordNotFound where a row is not there."""
    if not data.proofs:
        return act
    checks = [_check(ctx, model, proof) for proof in data.proofs]

    def checked(frame: Frame) -> Program[T]:
        for check in checks:
            yield from check(frame)
        return (yield from act(frame))

    return checked


def _check(ctx: Context, model: Model, proof: q.Proof) -> Act[None]:
    link = model.links[proof.field]
    found = bonds.find(ctx, ctx.models.target(link), link.remote, proof.key)

    def act(frame: Frame) -> Program[None]:
        if (yield from found(frame)) is None:
            raise bonds.not_connected(link)

    return act


def rows_proved(ctx: Context, model: Model, proofs: Sequence[q.RowProof], names: Sequence[str]) -> Prove:
    """What proves the foreign keys of rows whose columns are those of `names`; RecordNotFound where a row is not there."""
    checks = [_rows_check(ctx, model, proof, names) for proof in proofs]

    def prove(frame: Frame, columns: Sequence[Column]) -> Program[None]:
        for check in checks:
            yield from check(frame, columns)

    return prove


def _rows_check(ctx: Context, model: Model, proof: q.RowProof, names: Sequence[str]) -> Prove:
    """One question for all rows: how many of their foreign keys lead to rows that are there."""
    link = model.links[proof.field]
    target, alias = ctx.models.target(link), ctx.alias()
    places = [names.index(name) for name in link.local]
    of = sheet(ctx, (target.stored[name] for name in link.remote), listed=True)
    same = (
        sql.Compare("=", comparable(target, name, alias), of.cell(index))
        for index, name in enumerate(link.remote)
    )
    join = sql.Join(aliased(target.table, alias), both(*same, condition(ctx, target, alias, proof.where)))
    say = saying(ctx, of, sql.Select((sql.Count(),), of.lists(), (join,)))

    def check(frame: Frame, columns: Sequence[Column]) -> Program[None]:
        keys = dict.fromkeys(zip(*(columns[place] for place in places), strict=True))
        wanted = [key for key in keys if None not in key]
        if not wanted:
            return
        found = (yield from say(frame, list(zip(*wanted, strict=True)), len(wanted))).rows[0][0]
        if found != len(wanted):
            raise bonds.not_connected(link)

    return check
