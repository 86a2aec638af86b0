"""Findings as SARIF 2.1.0, which code scanning services read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nicol import __version__
from nicol.diagnostics import Diagnostic, Lines, Severity, Source, Span

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(
    findings: Iterable[Diagnostic], sources: Sequence[Source], root: Path, sentences: Mapping[str, str]
) -> dict[str, Any]:
    """A log of one run. Paths are relative to the root where they are below it; columns count code points from 1.

    `sentences`: what must hold, by the code of the rule.
    """
    found = list(findings)
    lines = {source.path: Lines(source.text) for source in sources}
    codes = sorted({finding.code for finding in found})
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "nicol",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": [
                            {"id": code, "shortDescription": {"text": sentences.get(code, code)}}
                            for code in codes
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, codes, lines, root) for finding in found],
            }
        ],
    }


def _result(
    finding: Diagnostic, codes: Sequence[str], lines: Mapping[str, Lines], root: Path
) -> dict[str, Any]:
    text = finding.message + (f"\n{finding.help}" if finding.help else "")
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _place(finding.span, lines, root)}] if finding.span else [],
    }


def _place(span: Span, lines: Mapping[str, Lines], root: Path) -> dict[str, Any]:
    artifact = {"artifactLocation": {"uri": _uri(span.path, root)}}
    if span.path not in lines:
        return artifact
    start, end = (lines[span.path].position(offset) for offset in (span.start, span.end))
    region = {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
    return {**artifact, "region": region}


def _uri(path: str, root: Path) -> str:
    absolute = Path(path).absolute()
    if path.startswith("<"):
        return quote(path.strip("<>"))
    return (
        quote(absolute.relative_to(root).as_posix()) if absolute.is_relative_to(root) else absolute.as_uri()
    )
