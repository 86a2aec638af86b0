"""Lists as one parameter: JSON arrays, in which bytes are hexadecimal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def list_text(items: Sequence[Any]) -> str:
    """The JSON array of encoded values."""
    return json.dumps(items, ensure_ascii=False, default=bytes.hex)


def beside(arrays: Sequence[str], binary: Sequence[bool]) -> tuple[list[str], str]:
    """The values of arrays of the same length, and the join that has them in the same row.

    SQLite looks through a whole array for each item of another, unless it has made a table of it before (LIMIT), which comes
    second (CROSS JOIN): then it makes an index.
    """
    names = [f'"l{index}"' for index in range(len(arrays))]
    others = zip(arrays[1:], names[1:], strict=True)
    joined = [
        f"json_each({arrays[0]}) AS {names[0]}",
        *(
            f"(SELECT key, value FROM json_each({array}) LIMIT -1) AS {name} ON {name}.key = {names[0]}.key"
            for array, name in others
        ),
    ]
    values = [
        f"unhex({name}.value)" if is_binary else f"{name}.value"
        for name, is_binary in zip(names, binary, strict=True)
    ]
    return values, " CROSS JOIN ".join(joined)
