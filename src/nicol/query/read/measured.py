"""Reads what the rows of a relation come to, for filters and orders: their number, or a figure of one of their fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.measures import FUNCTIONS, is_measured
from nicol.query.models import Link, Model
from nicol.query.query import Measure
from nicol.query.read.kinds import is_dict

MEASURES = {f"_{function}": function for function in FUNCTIONS}
"""The words for measures."""


def measures_of(target: Model, link: Link, word: str, given: Any) -> Iterable[tuple[Measure, Any]]:
    """The measures that a word asks for, each with what is said about it: `_count` counts rows, all others need a field."""
    function = MEASURES[word]
    if function == "count":
        yield Measure(function), given
        return
    if not is_dict(given) or not given:
        raise invalid(
            f"`{word}` of the relation `{link.model}.{link.name}` needs a field",
            model=link.model,
            fields=(link.name,),
            hint=f'write {{"{link.name}": {{"{word}": {{"field": …}}}}}}',
        )
    for name, said in given.items():
        yield Measure(function, _field(target, word, function, name)), said


def _field(target: Model, word: str, function: str, name: Any) -> str:
    fits = [each.name for each in target.fields.values() if is_measured(each, function)]
    if name in fits:
        return name
    if name not in target.fields:
        unknown(f"field in `{word}`", name, fits, model=target.name)
    raise invalid(
        f"`{word}` cannot be taken of `{target.name}.{name}`",
        model=target.name,
        fields=(name,),
        hint=f"it takes {', '.join(f'`{each}`' for each in fits) or 'no field of this model'}",
    )
