"""What completion offers: a word, what it means, and the text that it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nicol.diagnostics import Span


class OfferKind(StrEnum):
    """What an offer is, so that editors can draw it."""

    KEYWORD = "keyword"
    TYPE = "type"
    MODEL = "model"
    ENUM = "enum"
    FIELD = "field"
    VALUE = "value"
    ATTRIBUTE = "attribute"
    ARGUMENT = "argument"
    FUNCTION = "function"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Offer:
    """One word that fits. `text` is what it becomes: with `snippet`, `$1` and `${1:word}` are stops of the cursor.

    `detail` is a few words beside it, `documentation` a sentence below. `again`: there is more to offer behind it.
    """

    label: str
    kind: OfferKind
    text: str
    snippet: bool = False
    detail: str | None = None
    documentation: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Completion:
    """The offers for a place, the likeliest first, and the span that one of them replaces."""

    span: Span
    offers: tuple[Offer, ...] = ()


def words(names: Iterable[str], kind: OfferKind, meanings: Mapping[str, str]) -> Iterator[Offer]:
    """Offers that become what they are called."""
    for name in names:
        yield Offer(str(name), kind, str(name), documentation=meanings.get(name))


def quoted(
    names: Iterable[str], *, inside: bool, meanings: Mapping[str, str] | None = None
) -> Iterator[Offer]:
    """Offers of strings; `inside`: the quotes are there already."""
    for name in names:
        text = name if inside else f'"{name}"'
        yield Offer(text, OfferKind.VALUE, text, documentation=(meanings or {}).get(name))


def plain(snippet: str) -> str:
    """The text of a snippet without its stops."""
    parts: list[str] = []
    rest = snippet
    while "$" in rest:
        before, _, rest = rest.partition("$")
        parts.append(before)
        if rest.startswith("{"):
            body, _, rest = rest[1:].partition("}")
            parts.append(body.partition(":")[2])
        else:
            rest = rest.lstrip("0123456789")
    return "".join(parts) + rest
