"""Findings for machines: as JSON, and as the annotations that GitHub shows beside the lines of a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nicol.diagnostics import Diagnostic, Lines, Severity, Source, Span

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def counts(findings: Iterable[Diagnostic]) -> dict[str, int]:
    """How many errors, warnings and notes there are."""
    severities = [finding.severity for finding in findings]
    return {f"{severity}s": severities.count(severity) for severity in Severity}


def spoken(found: Mapping[str, int]) -> str:
    """The counts that are not zero, in words: `1 error, 2 warnings and 1 note`."""
    *others, last = [
        f"{count} {name if count != 1 else name[:-1]}" for name, count in found.items() if count
    ] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def as_json(findings: Iterable[Diagnostic], sources: Sequence[Source]) -> list[dict[str, Any]]:
    """The findings as values for JSON. Lines and columns count from 1, offsets from 0, in characters; an end is behind."""
    lines = _lines(sources)
    return [
        {
            "code": finding.code,
            "severity": finding.severity.value,
            "message": finding.message,
            "help": finding.help,
            **_place(finding.span, lines),
            "fix": [{**_place(edit.span, lines), "text": edit.text} for edit in finding.fix],
            "related": [
                {"message": remark.message, **_place(remark.span, lines)} for remark in finding.related
            ],
        }
        for finding in findings
    ]


def _place(span: Span | None, lines: Mapping[str, Lines]) -> dict[str, Any]:
    if span is None or span.path not in lines:
        return {"file": span.path if span else None, "start": None, "end": None}
    return {
        "file": span.path,
        "start": _point(lines[span.path], span.start),
        "end": _point(lines[span.path], span.end),
    }


def _point(lines: Lines, offset: int) -> dict[str, int]:
    position = lines.position(offset)
    return {"line": position.line, "column": position.column, "offset": offset}


def as_annotations(
    findings: Iterable[Diagnostic], sources: Sequence[Source], workspace: Path | None = None
) -> Iterator[str]:
    """The findings as workflow commands, their paths as seen from the repository's root where that is known.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    lines = _lines(sources)
    for finding in findings:
        properties = {**_github_place(finding.span, lines, workspace), "title": f"nicol {finding.code}"}
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        text = finding.message + (f"\nhelp: {finding.help}" if finding.help else "")
        yield f"::{_LEVELS[finding.severity]} {listed}::{_data(text)}"


def _github_place(
    span: Span | None, lines: Mapping[str, Lines], workspace: Path | None
) -> dict[str, str | int]:
    if span is None or span.path not in lines:
        return {}
    start, end = (lines[span.path].position(offset) for offset in (span.start, span.end))
    place: dict[str, str | int] = {"file": _seen_from(workspace, span.path), "line": start.line}
    place["endLine"] = end.line
    if start.line == end.line:  # GitHub takes columns within one line only
        place |= {"col": start.column, "endColumn": max(end.column, start.column + 1)}
    return place


def _seen_from(workspace: Path | None, path: str) -> str:
    absolute = Path(path).absolute()
    if workspace is not None and absolute.is_relative_to(workspace):
        return absolute.relative_to(workspace).as_posix()
    return Path(path).as_posix()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str | int) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")


def _lines(sources: Sequence[Source]) -> dict[str, Lines]:
    return {source.path: Lines(source.text) for source in sources}
