"""Lists as one parameter: JSON arrays, in which bytes are hexadecimal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def list_text(items: Sequence[Any]) -> str:
    """The JSON array of encoded values."""
    return json.dumps(items, ensure_ascii=False, default=bytes.hex)


def beside(arrays: Sequence[str], binary: Sequence[bool]) -> tuple[list[str], str]:
    """The values of arrays of the same length, and the join that has them in the same row."""
    names = [f'"l{index}"' for index in range(len(arrays))]
    sources = [f"json_each({array}) AS {name}" for array, name in zip(arrays, names, strict=True)]
    others = zip(sources[1:], names[1:], strict=True)
    joined = [sources[0], *(f"{source} ON {name}.key = {names[0]}.key" for source, name in others)]
    values = [
        f"unhex({name}.value)" if is_binary else f"{name}.value"
        for name, is_binary in zip(names, binary, strict=True)
    ]
    return values, " JOIN ".join(joined)
