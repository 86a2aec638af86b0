"""Findings for machines: the shapes of JSON and of GitHub's annotations."""

from __future__ import annotations

from typing import Any

import pytest

from nicol.cli.findings import as_annotations, as_json, spoken
from nicol.diagnostics import Diagnostic, Edit, Remark, Severity, Source, Span

TEXT = "one\ntwo, three\nfour"


def finding(
    start: int, end: int, message: str = "m", severity: Severity = Severity.ERROR, **more: Any
) -> Diagnostic:
    """A finding about a part of TEXT."""
    return Diagnostic("c", message, Span("a,b.prisma", start, end), severity, **more)


@pytest.mark.parametrize(
    ("diagnostic", "line"),
    [
        (finding(4, 7), "::error file=a%2Cb.prisma,line=2,endLine=2,col=1,endColumn=4,title=nicol c::m"),
        (finding(4, 4), "::error file=a%2Cb.prisma,line=2,endLine=2,col=1,endColumn=2,title=nicol c::m"),
        (finding(1, 8), "::error file=a%2Cb.prisma,line=1,endLine=2,title=nicol c::m"),
        (
            finding(0, 1, "100 %\r\n:", Severity.WARNING),
            "::warning file=a%2Cb.prisma,line=1,endLine=1,col=1,endColumn=2,title=nicol c::100 %25%0D%0A:",
        ),
        (Diagnostic("a:b", "m", None, Severity.NOTE, "h"), "::notice title=nicol a%3Ab::m%0Ahelp: h"),
    ],
    ids=["token", "point", "lines", "escapes", "nowhere"],
)  # fmt: skip
def test_annotations_are_escaped_and_placed(diagnostic: Diagnostic, line: str):
    assert list(as_annotations([diagnostic], [Source("a,b.prisma", TEXT)])) == [line]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"errors": 0, "warnings": 0}, ""),
        ({"errors": 1, "warnings": 0}, "1 error"),
        ({"errors": 2, "warnings": 1}, "2 errors and 1 warning"),
        ({"errors": 1, "warnings": 2, "notes": 1}, "1 error, 2 warnings and 1 note"),
    ],
)
def test_counts_are_spoken(found: dict[str, int], words: str):
    assert spoken(found) == words


def test_json_holds_fixes_and_related_places():
    edit = Edit(Span("a,b.prisma", 7, 7), "!")
    remark = Remark("see", Span("a,b.prisma", 0, 3))
    (told,) = as_json([finding(4, 7, fix=(edit,), related=(remark,))], [Source("a,b.prisma", TEXT)])
    point = {"line": 2, "column": 4, "offset": 7}
    assert told["fix"] == [{"file": "a,b.prisma", "start": point, "end": point, "text": "!"}]
    assert told["related"][0]["message"] == "see"
    assert told["related"][0]["end"] == {"line": 1, "column": 4, "offset": 3}
    (nowhere,) = as_json([Diagnostic("c", "m")], [])
    assert (nowhere["file"], nowhere["start"], nowhere["end"]) == (None, None, None)
