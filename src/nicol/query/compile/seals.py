"""Writes of encrypted fields: a value is bound to its row, so that the key of the row must be known before it is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from operator import itemgetter
from typing import Any

from nicol.query import query as q
from nicol.query.compile.context import Context, Frame
from nicol.query.compile.sheets import Column
from nicol.query.faults import invalid
from nicol.query.models import Field, Model
from nicol.query.sealed import Sealed
from nicol.schema.schema import Scalar
from nicol.sql import tree as sql


def seal_row(
    ctx: Context,
    model: Model,
    assigns: Iterable[q.Assign],
    row: MutableMapping[str, sql.Expression],
    known: Mapping[str, sql.Expression],
) -> None:
    """Put what is stored in the place of values that are encrypted, and their digests beside them.

    `known` are the values of fields that tell the row.
    """
    for assign in assigns:
        sealed = model.fields[assign.field].sealed
        if sealed is None:
            continue
        if assign.slot is not None:
            row[assign.field] = _sealed(ctx, model, assign.field, sealed, assign.slot, known)
        if sealed.index is not None:
            row[sealed.index] = _digest(ctx, model.stored[sealed.index], sealed, assign.slot)


def _sealed(
    ctx: Context,
    model: Model,
    name: str,
    sealed: Sealed,
    slot: int,
    known: Mapping[str, sql.Expression],
) -> sql.Param:
    places = [_place(ctx, model, name, known.get(each), each) for each in sealed.row]
    return ctx.secret(
        model.fields[name], lambda frame: sealed.write(frame[slot], [frame[place] for place in places])
    )


def _place(ctx: Context, model: Model, name: str, value: sql.Expression | None, key: str) -> int:
    if ctx.is_at_hand(value):
        return value.slot
    raise invalid(
        f"`{model.name}.{name}` is encrypted for a row whose `{key}` is not known before",
        model=model.name,
        fields=(name, key),
        hint=f"give `{key}`",
    )


def _digest(ctx: Context, field: Field, sealed: Sealed, slot: int | None) -> sql.Expression:
    if slot is None:
        return sql.Null()
    return ctx.secret(field, lambda frame: stored_digest(field, sealed, frame[slot]))


def stored_digest(field: Field, sealed: Sealed, plain: bytes | None) -> Any:
    """What the field of a blind index stores of an encoded value."""
    digest = sealed.digest(plain)
    return None if digest is None else digest_in(field, digest)


def digest_in(field: Field, digest: str) -> Any:
    """A digest as the field of a blind index stores it."""
    given = digest.encode() if field.type is Scalar.BYTES else digest
    return given if field.stored.encode is None else field.stored.encode(given)


# ---- rows whose key is not known -------------------------------------------------------------------------------------


def unbound(model: Model, assigns: Iterable[q.Assign]) -> list[q.Assign]:
    """The changes whose values are bound to their row."""
    return [
        assign
        for assign in assigns
        if assign.slot is not None
        and (sealed := model.fields[assign.field].sealed) is not None
        and sealed.row
    ]


def row_keys(model: Model, names: Iterable[str]) -> tuple[str, ...]:
    """The fields of a row that values of these fields are bound to."""
    found = (model.fields[name].sealed for name in names)
    return tuple(dict.fromkeys(name for sealed in found if sealed is not None for name in sealed.row))


def told_by(ctx: Context, model: Model, where: sql.Expression) -> dict[str, sql.Expression]:
    """The values of fields that a condition itself names and that are known before: those of the row, where there is one."""
    parts = where.items if isinstance(where, sql.And) else (where,)
    names = {field.column: name for name, field in model.stored.items()}
    return {
        names[part.left.name]: part.right
        for part in parts
        if isinstance(part, sql.Compare)
        and part.operator == "="
        and isinstance(part.left, sql.Column)
        and part.left.name in names
        and ctx.is_at_hand(part.right)
    }


# ---- columns of values -----------------------------------------------------------------------------------------------


def with_digests(model: Model, names: Sequence[str]) -> tuple[str, ...]:
    """The fields of blind indexes that are written with these fields."""
    found = (model.fields[name].sealed for name in names if name in model.fields)
    return tuple(sealed.index for sealed in found if sealed is not None and sealed.index is not None)


def sealed_columns(model: Model, names: Sequence[str], columns: Sequence[Column]) -> list[Column]:
    """Columns of encoded values as they are stored, those of fields with these names; then their digests."""
    place = {name: index for index, name in enumerate(names)}
    stored = list(columns)
    digests: list[Column] = []
    for name, index in place.items():
        field = model.stored[name]
        sealed = field.sealed
        if sealed is None:
            continue
        stored[index] = sealed_column(sealed, columns[index], [columns[place[each]] for each in sealed.row])
        if sealed.index is not None:
            at = model.stored[sealed.index]
            digests.append([stored_digest(at, sealed, value) for value in columns[index]])
    return [*stored, *digests]


def sealed_column(sealed: Sealed, values: Column, keys: Sequence[Column]) -> Column:
    """A column of encoded values as it is stored in rows with these keys."""
    rows = zip(*keys, strict=True) if keys else ((),) * len(values)
    return [sealed.write(value, row) for value, row in zip(values, rows, strict=True)]


def refuse_other_key(model: Model, key: Sequence[str], names: Iterable[str], what: str) -> None:
    """Rows that are told by another key than the one that their values are bound to."""
    for name in names:
        sealed = model.fields[name].sealed if name in model.fields else None
        if sealed is not None and not set(sealed.row) <= set(key):
            bond = ", ".join(f"`{each}`" for each in sealed.row)
            raise invalid(
                f"`{model.name}.{name}` is encrypted for a row that {bond} tells, and `{what}` tells rows by"
                f" {', '.join(f'`{each}`' for each in key)}",
                model=model.name,
                fields=(name,),
                hint=f"use the key of {bond}, or change each row with `update`",
            )


def refuse_other_row(model: Model, names: Iterable[str]) -> None:
    """A change of what encrypted values are bound to, which could not be read afterwards."""
    for name in names:
        if name in model.bound:
            secrets = [each.name for each in model.stored.values() if each.sealed and name in each.sealed.row]
            raise invalid(
                f"`{model.name}.{name}` cannot change: {', '.join(f'`{each}`' for each in secrets)} of the row is"
                " encrypted for it",
                model=model.name,
                fields=(name,),
                hint="create a row with the new value, and delete this one",
            )


def taken(frame: Frame, rows: Sequence[Sequence[Any]], slots: Sequence[int]) -> list[Column]:
    """The columns of rows that were looked up, then one value of the frame in each of them."""
    keys: list[Column] = [list(map(itemgetter(index), rows)) for index in range(len(rows[0]))] if rows else []
    return [*keys, *([frame[slot]] * len(rows) for slot in slots)]
