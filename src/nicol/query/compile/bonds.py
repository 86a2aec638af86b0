"""What holds two rows together: the conditions and statements of one link, once the row on this side is known.

A `Held` row's values are in registers. On the other side a bond is a foreign key or a row of a join table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nicol.dialects.dialect import Fault
from nicol.errors import DriverError, RelationViolation
from nicol.query import query as q
from nicol.query.compile.columns import aliased, both, column
from nicol.query.compile.context import Act, Context, Frame, Said
from nicol.query.compile.filters import condition, key_condition
from nicol.query.compile.rows import changes
from nicol.query.faults import missing_record
from nicol.query.models import Link, Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Row


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A row that is known when the program runs: the register of each field that others need."""

    model: Model
    registers: Mapping[str, int]

    def param(self, name: str) -> sql.Param:
        """The value of a field."""
        return sql.Param(self.registers[name], self.model.stored[name].stored.cast)

    def here(self) -> sql.Expression:
        """The condition that finds the row itself."""
        model = self.model
        return both(
            *(sql.Compare("=", column(model, name, model.table.name), self.param(name)) for name in model.id)
        )


def hold(ctx: Context, model: Model, names: Sequence[str]) -> Held:
    """Registers for fields of a row."""
    unique = tuple(dict.fromkeys(names))
    first = ctx.registers(len(unique))
    return Held(model, {name: first + index for index, name in enumerate(unique)})


def there(ctx: Context, link: Link, held: Held) -> sql.Expression:
    """The condition under which a row of the target's table is at the other end."""
    target = ctx.models.target(link)
    if link.through is None:
        pairs = zip(link.local, link.remote, strict=True)
        return both(
            *(
                sql.Compare("=", column(target, theirs, target.table.name), held.param(mine))
                for mine, theirs in pairs
            )
        )
    alias = ctx.alias()
    theirs = sql.Compare(
        "=", sql.Column(link.through.theirs, alias), column(target, link.remote[0], target.table.name)
    )
    mine = sql.Compare("=", sql.Column(link.through.mine, alias), held.param(link.local[0]))
    bridge = aliased(link.through.table, alias)
    return sql.Exists(sql.Select((sql.Number(1),), bridge, where=both(theirs, mine)))


def chosen(ctx: Context, target: Model, key: q.Key | None, where: q.Filter) -> sql.Expression:
    """The condition of an act that is for a row of many, or for the one there is."""
    if key is not None:
        return key_condition(ctx, target, target.table.name, key)
    return condition(ctx, target, target.table.name, where)


def foreign_key(link: Link, held: Held) -> dict[str, sql.Expression]:
    """The fields of the other side that point at the held row."""
    return {theirs: held.param(mine) for mine, theirs in zip(link.local, link.remote, strict=True)}


def detach(ctx: Context, link: Link, held: Held, which: sql.Expression) -> Act[None]:
    """End the relation to some of the rows at the other end."""
    target = ctx.models.target(link)
    if link.through is None:
        return _clear(ctx, link, target, both(there(ctx, link, held), which))
    alias = link.through.table.name
    mine = sql.Compare("=", sql.Column(link.through.mine, alias), held.param(link.local[0]))
    where = mine
    if which != sql.And(()):
        theirs = sql.Compare(
            "=", column(target, link.remote[0], target.table.name), sql.Column(link.through.theirs, alias)
        )
        where = both(mine, sql.Exists(sql.Select((sql.Number(1),), target.table, where=both(theirs, which))))
    return silent(ctx.say(sql.Delete(link.through.table, where)))


def _clear(ctx: Context, link: Link, target: Model, where: sql.Expression) -> Act[None]:
    for name in link.remote:
        if target.stored[name].required:
            return _refuse(
                link, target, name, ctx.say(sql.Select((sql.Number(1),), target.table, where=where))
            )
    sets = changes(ctx, target, q.Data(), dict.fromkeys(link.remote, sql.Null()))
    return silent(ctx.say(sql.Update(target.table, sets, where)))


def _refuse(link: Link, target: Model, name: str, found: Said) -> Act[None]:
    """There may be no row to let go of, since each must point somewhere."""

    def act(frame: Frame) -> Program[None]:
        if (yield found.statement(frame)).rows:
            raise broken_relation(link, f"cannot let go of a record: `{target.name}.{name}` is required")

    return act


def join_row(ctx: Context, link: Link, held: Held, theirs: sql.Param) -> Act[None]:
    """Relate the held row to another through the join table, where that is not so already."""
    assert link.through is not None
    columns = (link.through.mine, link.through.theirs)
    said = ctx.say(
        sql.Insert(link.through.table, columns, (held.param(link.local[0]), theirs), sql.Conflict())
    )

    def act(frame: Frame) -> Program[None]:
        try:
            yield said.statement(frame)
        except DriverError as error:
            if is_foreign_key_fault(ctx, error):
                raise not_connected(link) from error
            raise

    return act


def is_foreign_key_fault(ctx: Context, error: DriverError) -> bool:
    """True when the database missed the row that is pointed at."""
    violation = ctx.meaning_of(error)
    return violation is not None and violation.fault is Fault.FOREIGN_KEY


def missed(ctx: Context, links: Sequence[Link], error: DriverError) -> Link | None:
    """The link whose row the database missed; SQLite does not say which foreign key failed."""
    if not links or not is_foreign_key_fault(ctx, error):
        return None
    told = error.details.get("constraint")
    return next((link for link in links if told in (None, "", link.constraint)), None)


def broken_relation(link: Link, what: str) -> RelationViolation:
    """A record would be left without the one that it must point at."""
    return RelationViolation(
        f"`{link.model}.{link.name}` {what}",
        model=link.model,
        fields=(link.name,),
        help="connect the other record, or delete the one that needs it",
    )


def not_connected(link: Link) -> Exception:
    """The row that a call wants to relate to does not exist."""
    return missing_record(
        link.target,
        f"no record of model `{link.target}` was found to connect to `{link.model}.{link.name}`",
        fields=(link.name,),
        code="P2018" if link.many and link.through is None else None,
    )


def not_related(link: Link, what: str) -> Exception:
    """The row that a nested act is for is not at the other end of the relation."""
    return missing_record(
        link.target,
        f"no record of model `{link.target}` that belongs to `{link.model}.{link.name}` was found to be {what}",
        fields=(link.name,),
        code="P2017" if what == "deleted" and link.many else None,
    )


def silent(said: Said) -> Act[None]:
    """Say a statement whose answer nobody needs."""

    def act(frame: Frame) -> Program[None]:
        yield said.statement(frame)

    return act


def demanding(said: Said, error: Exception) -> Act[None]:
    """Say a statement that must concern a row."""

    def act(frame: Frame) -> Program[None]:
        if not (yield said.statement(frame)).affected:
            raise error

    return act


def find(ctx: Context, target: Model, names: Sequence[str], key: q.Key) -> Act[Row | None]:
    """The values of some fields of a key's row."""
    columns = tuple(column(target, name, target.table.name) for name in names)
    said = ctx.say(
        sql.Select(columns, target.table, where=key_condition(ctx, target, target.table.name, key))
    )

    def act(frame: Frame) -> Program[Row | None]:
        rows = (yield said.statement(frame)).rows
        return rows[0] if rows else None

    return act


def direct(ctx: Context, link: Link, key: q.Key) -> tuple[sql.Param, ...] | None:
    """The values that a foreign key needs, where the key of the row to be connected names them itself."""
    if key.rest != q.ALL or set(key.fields) != set(link.remote):
        return None
    target, slots = ctx.models.target(link), dict(zip(key.fields, key.slots, strict=True))
    return tuple(
        ctx.value(target, target.fields[name], slots[name], target.fields[name].stored.encode)
        for name in link.remote
    )
