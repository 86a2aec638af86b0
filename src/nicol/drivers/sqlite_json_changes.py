"""Changes of JSON documents on SQLite, as PostgreSQL makes them: `nicol_json_change`.

What is not changed stays as it is spelt, so that no number is rounded on the way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

_NULL = Raw(b"null")
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_CHANGE = msgspec.json.Decoder(dict[str, Raw])
_PATH = msgspec.json.Decoder(list[str | int])
_POSITION = re.compile(r"[+-]?\d+")


def json_change(*given: Any) -> str | None:
    """A document after a change (see `sql.tree.JsonChange`), which is JSON text; null stays null where something is removed."""
    operator, stored, change = given
    if stored is None and operator == "remove":
        return None
    document = _NULL if stored is None else _raw(stored)
    match operator:
        case "merge":
            return _text({**_entries(document), **_OBJECT.decode(change)})
        case "remove":
            return bytes(_without(document, _path(change))).decode()
        case _:
            return bytes(_with(document, _path(change), _CHANGE.decode(change)["value"])).decode()


def _raw(stored: Any) -> Raw:
    """A column of numeric affinity keeps numbers as numbers."""
    text = stored if isinstance(stored, str | bytes) else json.dumps(stored)
    return Raw(text.encode() if isinstance(text, str) else text)


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _path(change: str) -> list[str | int]:
    return _PATH.decode(_CHANGE.decode(change)["path"])


def _kind(value: Raw) -> bytes:
    return bytes(value).lstrip()[:1]


def _entries(value: Raw) -> dict[str, Raw]:
    """The entries of an object; anything else has none."""
    return _OBJECT.decode(value) if _kind(value) == b"{" else {}


def _with(value: Raw, path: Sequence[str | int], new: Raw) -> Raw:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if _kind(value) == b"[":
        items, position = _LIST.decode(value), _position(step)
        if -len(items) <= position < len(items):
            items[position] = _with(items[position], rest, new)
        else:
            items.insert(max(0, position), _with(_NULL, rest, new))
        return Raw(msgspec.json.encode(items))
    entries, key = _entries(value), str(step)
    entries[key] = _with(entries.get(key, _NULL), rest, new)
    return Raw(msgspec.json.encode(entries))


def _without(value: Raw, path: Sequence[str | int]) -> Raw:
    step, rest = path[0], path[1:]
    match _kind(value):
        case b"{":
            entries, key = _OBJECT.decode(value), str(step)
            if key not in entries:
                return value
            if rest:
                entries[key] = _without(entries[key], rest)
            else:
                del entries[key]
            return Raw(msgspec.json.encode(entries))
        case b"[":
            items, position = _LIST.decode(value), _position(step)
            if not -len(items) <= position < len(items):
                return value
            if rest:
                items[position] = _without(items[position], rest)
            else:
                del items[position]
            return Raw(msgspec.json.encode(items))
        case _:
            return value


def _position(step: str | int) -> int:
    if isinstance(step, int) or _POSITION.fullmatch(step):
        return int(step)
    raise ValueError("a step of the path is no number, but stands at a list")
