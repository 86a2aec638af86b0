"""What people see: plain sentences on standard output, errors drawn on standard error, colours where they are wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import msgspec

from nicol.diagnostics import Diagnostic, Source, draw
from nicol.errors import MigrationError, NicolError, SchemaInvalid
from nicol.ops.urls import masked

_RED, _GREEN, _YELLOW, _CYAN, _BOLD, _RESET = (
    f"\x1b[{code}m" for code in ("1;31", "32", "1;33", "1;36", "1", "0")
)


def colored(stream: TextIO) -> bool:
    """True where colours are wanted: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def say(text: str = "") -> None:
    """A sentence on standard output."""
    sys.stdout.write(f"{masked(text)}\n")
    sys.stdout.flush()


def done(text: str) -> None:
    """What was achieved."""
    say(_paint(_GREEN, text, sys.stdout))


def say_json(value: Any) -> None:
    """A value as JSON on standard output."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def warn(lines: Iterable[str]) -> None:
    """Remarks on standard error."""
    for line in lines:
        sys.stderr.write(f"{_paint(_YELLOW, 'warning', sys.stderr)}: {masked(line)}\n")


def show_findings(findings: Sequence[Diagnostic], sources: Sequence[Source]) -> None:
    """Findings about a schema on standard error, each drawn with its place."""
    if findings:
        sys.stderr.write(draw(findings, sources, color=colored(sys.stderr)) + "\n\n")


def complain(error: Exception) -> None:
    """An error on standard error: what, why, and the way out."""
    if isinstance(error, SchemaInvalid):
        show_findings(error.findings, error.sources)
    if not isinstance(error, NicolError):
        _write_error(
            f"unexpected {type(error).__name__}: {error}",
            None,
            "this is a fault of Nicol; --debug shows its trace",
        )
        return
    message = error.message
    if isinstance(error, MigrationError) and error.statement:
        message += "\n" + "".join(f"\n    {line}" for line in _cut(error.statement)) + "\n"
    _write_error(message, error.code, error.help)


def _cut(statement: str, limit: int = 15) -> list[str]:
    lines = statement.strip().splitlines()
    return lines if len(lines) <= limit else [*lines[:limit], "…"]


def _write_error(message: str, code: str | None, hint: str | None) -> None:
    head = _paint(_RED, f"error[{code}]" if code else "error", sys.stderr)
    sys.stderr.write(f"{head}: {masked(message)}\n")
    if hint:
        sys.stderr.write(f"  {_paint(_CYAN, 'help', sys.stderr)}: {masked(hint)}\n")


def _paint(style: str, text: str, stream: TextIO) -> str:
    return f"{style}{text}{_RESET}" if colored(stream) else text


def table(rows: Mapping[str, Sequence[str]]) -> None:
    """Rows under each other, their columns aligned."""
    cells = [(name, *values) for name, values in rows.items()]
    widths = [
        max((len(row[column]) for row in cells), default=0)
        for column in range(max(map(len, cells), default=0))
    ]
    for row in cells:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip())
