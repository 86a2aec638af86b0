"""What people see: plain sentences on standard output, errors drawn on standard error, colours where they are wanted.

A program that runs a command asks with `--json` for one object on standard output instead, errors included.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from nicol.cli.findings import as_json
from nicol.diagnostics import Diagnostic, Severity, Source, draw
from nicol.errors import MigrationError, NicolError, SchemaInvalid
from nicol.masking import masked

_RED, _GREEN, _YELLOW, _CYAN, _BOLD, _RESET = (
    f"\x1b[{code}m" for code in ("1;31", "32", "1;33", "1;36", "1", "0")
)


@dataclass(slots=True)
class _Listener:
    """Who reads the answers of this run: people, or a program (`json`), for which remarks are kept until the end."""

    json: bool = False
    remarks: list[str] = field(default_factory=list[str])


_listener = _Listener()


def listen(*, json: bool) -> None:
    """Speak to a program from now on, or to people again."""
    _listener.json = json
    _listener.remarks.clear()


def colored(stream: TextIO) -> bool:
    """True where colours are wanted: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def say(text: str = "") -> None:
    """A sentence on standard output; on standard error where a program reads the answer."""
    stream = sys.stderr if _listener.json else sys.stdout
    stream.write(f"{masked(text)}\n")
    stream.flush()


def done(text: str) -> None:
    """What was achieved."""
    say(_paint(_GREEN, text, sys.stdout))


def marked(weight: str) -> str:
    """A sign for how bad something is."""
    sign, style = {"error": ("✗", _RED), "warning": ("!", _YELLOW), "note": ("·", _CYAN)}.get(
        weight, ("✓", _GREEN)
    )
    return _paint(style, sign, sys.stdout)


def answer(value: Mapping[str, Any], *sentences: str) -> None:
    """What a command found or did: the sentences for people, the last one as an achievement; the value for a program."""
    if _listener.json:
        remarks = [masked(remark) for remark in _listener.remarks]
        say_json({"ok": True, **value, "warnings": remarks})
        return
    for sentence in sentences[:-1]:
        say(sentence)
    for sentence in sentences[-1:]:
        done(sentence)


def say_json(value: Any) -> None:
    """A value as JSON on standard output."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def warn(lines: Iterable[str]) -> None:
    """Remarks on standard error; a program finds them in its answer."""
    if _listener.json:
        _listener.remarks.extend(lines)
        return
    for line in lines:
        sys.stderr.write(f"{_paint(_YELLOW, 'warning', sys.stderr)}: {masked(line)}\n")


def show_findings(findings: Sequence[Diagnostic], sources: Sequence[Source]) -> None:
    """Findings about a schema on standard error, each drawn with its place; what needs nobody to act comes last."""
    if findings:
        drawn = sorted(findings, key=lambda finding: finding.severity is Severity.NOTE)
        sys.stderr.write(draw(drawn, sources, color=colored(sys.stderr)) + "\n\n")


def complain(error: Exception) -> None:
    """An error on standard error: what, why, and the way out. A program reads it on standard output."""
    if _listener.json:
        say_json({"ok": False, "error": _as_value(error), "warnings": list(map(masked, _listener.remarks))})
        return
    if callable(
        show := getattr(error, "show", None)
    ):  # a wrong argument: the usage, and what is wrong with it
        show()
        return
    if isinstance(error, SchemaInvalid):
        show_findings(error.findings, error.sources)
    if not isinstance(error, NicolError):
        tell_error(
            _unexpected(error),
            None,
            "this is a fault of Nicol; --debug shows its trace",
        )
        return
    message = error.message
    if isinstance(error, MigrationError) and error.statement:
        message += "\n" + "".join(f"\n    {line}" for line in _cut(error.statement)) + "\n"
    tell_error(message, error.code, error.help)


def _as_value(error: Exception) -> dict[str, Any]:
    """An error as a program reads it; what an error does not have is null."""
    expected = isinstance(error, NicolError) or hasattr(error, "show")
    facts = {name: getattr(error, name, None) for name in ("code", "help", "migration", "statement")}
    facts["message"] = getattr(error, "message", str(error)) if expected else _unexpected(error)
    shown = {name: masked(value) if isinstance(value, str) else value for name, value in facts.items()}
    if isinstance(error, SchemaInvalid):
        shown["findings"] = as_json(error.findings, error.sources)
    return shown


def _unexpected(error: Exception) -> str:
    return f"unexpected {type(error).__name__}: {error}"


def _cut(statement: str, limit: int = 15) -> list[str]:
    lines = statement.strip().splitlines()
    return lines if len(lines) <= limit else [*lines[:limit], "…"]


def tell_error(message: str, code: str | None, hint: str | None) -> None:
    """One error on standard error, and the way out."""
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
