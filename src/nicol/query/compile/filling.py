"""From a call's values to a frame, or to the parameters of its only statement: one function generated for each shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from nicol.query.compile.context import Encoder, Frame

Fill: TypeAlias = Callable[[list[Any]], Frame]
Params: TypeAlias = Callable[[list[Any]], tuple[Any, ...]]


def filler(given: int, size: int, encoders: Sequence[Encoder]) -> Fill:
    """What makes a frame of so many places of so many values; the places behind those are empty."""
    spelled, names = _spelled(given, encoders)
    empty = f" + [None] * {size - given}" if size > given else ""
    return _made(given, f"[{', '.join(spelled)}]{empty}", names)


def parameters(given: int, slots: Sequence[int], encoders: Sequence[Encoder]) -> Params:
    """What makes of so many values the parameters of a statement that stand in these slots."""
    spelled, names = _spelled(given, encoders)
    return _made(given, f"({''.join(f'{spelled[slot]}, ' for slot in slots)})", names)


def _spelled(given: int, encoders: Sequence[Encoder]) -> tuple[list[str], dict[str, Any]]:
    spelled = [f"v{slot}" for slot in range(given)]
    names: dict[str, Any] = {}
    for encoder in encoders:
        names[f"e{encoder.slot}"] = encoder.encode
        spelled[encoder.slot] = f"e{encoder.slot}(v{encoder.slot})"
    return spelled, names


def _made(given: int, result: str, names: dict[str, Any]) -> Callable[[list[Any]], Any]:
    values = "".join(f"v{slot}, " for slot in range(given))
    unpack = f" {values} = values\n" if given else ""
    exec(f"def fill(values):\n{unpack} return {result}", names)  # noqa: S102 - numbers alone, as dataclasses make theirs
    fill: Callable[[list[Any]], Any] = names["fill"]
    return fill
