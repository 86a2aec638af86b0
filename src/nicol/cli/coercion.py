"""Arguments that need no library to be read: texts, paths, and what was not given.

Typer builds a pydantic adapter for every parameter, given or not, and to import pydantic takes a quarter of a short
command's time. What is more than a text or a path (numbers, choices) is left to Typer.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperOption

_READERS: dict[Any, Callable[[Any], Any]] = {
    str: str,
    Path: Path,
    list[str]: list,
    list[Path]: lambda given: [Path(one) for one in given],
}


class PlainReading:
    """Reads one parameter of Typer's; asks Typer's own way of reading only where it has to."""

    def __init__(self, parameter: Any, typers: Callable[[Any], Any]) -> None:
        self._typers = typers
        self._reader = _READERS.get(parameter.type_descriptor.annotation)

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value that the command is given."""
        if value is None or value == ():
            return () if param.multiple or param.nargs == -1 else None
        if self._reader is not None:
            return self._reader(value)
        return self._typers(param).coerce(value, param=param, ctx=ctx)


def read_plainly() -> None:
    """Let this process read its arguments without a library where that is possible."""
    kind: Any
    for kind in (TyperOption, TyperArgument):
        typers = getattr(kind, "get_runtime_param", None)  # Typer before 0.29 has no adapters
        if typers is not None and typers.__module__ != __name__:
            kind.get_runtime_param = _plain(typers)


def _plain(typers: Callable[[Any], Any]) -> Callable[[Any], PlainReading]:
    return lambda parameter: PlainReading(parameter, typers)
