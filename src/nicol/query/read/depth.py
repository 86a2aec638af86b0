"""Reads how far a relation of a model to itself is followed."""

from __future__ import annotations

from typing import Any

from nicol.errors import QueryInvalid
from nicol.query.faults import invalid
from nicol.query.models import Link
from nicol.query.nodes.pages import DEEPEST
from nicol.query.query import Depth
from nicol.query.read.kinds import is_dict
from nicol.query.read.scalars import Values

ALL = "all"
"""The depth that has no end but that of the rows."""

_CUTS = ("take", "skip", "cursor", "distinct")


def read_depth(link: Link, given: Any, page: dict[str, Any], values: Values) -> Depth:
    """The depth of an included relation; `page` are the other arguments, which count for every level."""
    if link.target != link.model:
        raise _wrong(link, "leads to another model", "name what is included there in its own `include`")
    for word in _CUTS:
        if page.get(word) is not None:
            raise _wrong(
                link, f"cannot have `{word}`", "include the levels one in the other to cut each of them"
            )
    for word in ("include", "select"):
        inner = page.get(word)
        if is_dict(inner) and inner.get(link.name):
            raise _wrong(link, "is included at every level already", f"leave it out of the inner `{word}`")
    if given == ALL:
        if link.through is not None:
            raise _wrong(link, "can lead from everything to everything", "say how many levels are wanted")
        return Depth()
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= DEEPEST:
        name = f"{link.model}.{link.name}"
        raise invalid(
            f"`depth` of `{name}` must be a number of levels from 1 to {DEEPEST} or `{ALL}`, not {given!r:.80}",
            model=link.model,
            fields=(link.name,),
        )
    values.append(given)
    return Depth(len(values) - 1)


def _wrong(link: Link, what: str, hint: str) -> QueryInvalid:
    return invalid(
        f"`{link.model}.{link.name}` {what}, so that `depth` has no meaning"
        if link.target != link.model
        else f"`{link.model}.{link.name}` with `depth` {what}",
        model=link.model,
        fields=(link.name,),
        hint=hint,
    )
