"""Lists as one parameter: an array's text (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).

The driver would adapt item by item, which takes many times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any


def list_text(items: Sequence[Any]) -> str:
    """The text of an array whose items are encoded values of one type, nulls, or lists of such."""
    first = next((item for item in items if item is not None), None)
    spell = _spelling(first)
    if None in items:
        return f"{{{','.join(['NULL' if item is None else text for item, text in _beside(items, spell)])}}}"
    return f"{{{','.join(spell(items))}}}"


_Spell = Callable[[Iterable[Any]], list[str]]


def _beside(items: Sequence[Any], spell: _Spell) -> Iterable[tuple[Any, str]]:
    texts = iter(spell([item for item in items if item is not None]))
    return ((item, "NULL" if item is None else next(texts)) for item in items)


def _spelling(first: Any) -> _Spell:
    """How items of the first one's type are spelt."""
    match first:
        case str():
            return lambda items: [_quoted(item) for item in items]
        case bytes():
            return lambda items: [f'"\\\\x{item.hex()}"' for item in items]
        case list():
            return lambda items: [_quoted(list_text(item)) for item in items]
        case datetime():
            return _moments
        case date():
            return lambda items: [item.isoformat() for item in items]
        case float():
            return lambda items: [repr(item) for item in items]
        case _:
            return lambda items: [str(item) for item in items]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _moments(items: Iterable[Any]) -> list[str]:
    """Rows of one call mostly have a few moments in common; what Python cannot hold (`infinity`) has stayed text."""
    known: dict[Any, str] = {}
    texts: list[str] = []
    for item in items:
        text = known.get(item)
        if text is None:
            known[item] = text = item if isinstance(item, str) else item.isoformat(" ")
        texts.append(f'"{text}"')
    return texts
