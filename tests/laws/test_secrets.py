"""A secret in a schema's text stands in no answer, wherever it was written and whatever is found about it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lsprotocol import types

from nicol.cli.findings import as_annotations, as_json
from nicol.cli.sarif import as_sarif
from nicol.diagnostics import Diagnostic, Source, Span, draw
from nicol.lsp import messages
from nicol.masking import mask, masked
from nicol.ops.schemas import judge_sources

SECRET = "s3cr3t"
PASSWORDS = st.sampled_from(
    [
        SECRET,
        f"{SECRET}@x",
        f"it's{SECRET}",
        f"a:b/{SECRET}?#",
        f"{SECRET} with blanks",
        f'{SECRET}\\"q',
        f"é{SECRET}",
    ]
)
SHAPES = st.sampled_from(
    [
        "postgresql://user:{}@host:5432/db",
        "postgresql://:{}@host",
        "mysql://user:{}@host/db?sslaccept=strict&connection_limit=5",
        "prisma+postgres://host/?api_key={}",
        "file:x.db?password={}&a=b",
    ]
)
SCHEMA = """\
generator client {{
  provider = "nicol"
  output   = {0}
}}
datasource db {{
  provider = "postgresql"
\turl\t= {0}
  shadowDatabaseUrl = {0} // {0}
  extensions = [{0}, vector(map: {0})]
}}
/// {0}
/// @nicol.chek({0})
/// @nicol.check({0})
model A {{
  id Int @id @default({0})
  a  String @default({0}) @db.VarChr({0})
  b  Unsupported({0}) @map({0})
  c  Json @default({0})
  d  DateTime @default({0})
  e  Bytes @default({0})
  f  A @relation({0}, fields: [{0}], map: {0})
  g  E @default({0})
  {0}
  @@index([a], name: {0}, type: {0})
  @@schema({0})
}}
enum E {{
  {0} @map({0})
  X @map({0})
}}
{0}
"""


def answers(source: Source) -> list[str]:
    """All that is ever said about a text: drawn, in colours, as JSON, for GitHub, for code scanning, and to an editor."""
    findings = judge_sources((source,), (), {}).findings
    assert findings
    place = types.Range(types.Position(0, 0), types.Position(0, 0))
    location = SimpleNamespace(uri="", range=place)
    return [
        draw(findings, [source]),
        draw(findings, [source], color=True),
        json.dumps(as_json(findings, [source]), ensure_ascii=False),
        *as_annotations(findings, [source]),
        json.dumps(as_sarif(findings, [source], Path("/"), {}), ensure_ascii=False),
        *(repr(messages.diagnostic(finding, place, lambda _: location)) for finding in findings),
        *map(repr, findings),
    ]


@pytest.mark.slow
@pytest.mark.proves("Schema", "secrets in a schema's URLs are masked in every answer")
@example('s3cr3t\\"q', "postgresql://user:{}@host", set())
@example("s3cr3t with blanks", "postgresql://user:{}@host", set())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PASSWORDS, SHAPES, st.sets(st.integers(0, SCHEMA.count("\n")), max_size=4))
def test_no_answer_about_a_schema_holds_a_secret_of_its_urls(
    password: str, shape: str, dropped: set[int]
) -> None:
    url = f'"{shape.format(password.replace(" ", "-") if "=" in shape else password)}"'
    lines = SCHEMA.splitlines(keepends=True)
    text = "".join(line for number, line in enumerate(lines) if number not in dropped).format(url)
    for answer in answers(Source("schema.prisma", text)):
        assert SECRET not in answer


@given(
    st.lists(
        st.sampled_from(["://u:", "p@h", '"', " ", "password=", "x", "\t", "'", "&", "\n", ":", "@", "é"])
    ).map("".join)
)
@example("://u:p@h?password=x ://v:q@i")
@example('"password=://u:"p@h')
def test_masking_hides_all_at_once_and_keeps_the_places_of_all_else(text: str) -> None:
    shown = mask(text)
    assert masked(shown.text) == shown.text
    hidden = {at for start, end in shown.hidden for at in range(start, end)}
    for at, character in enumerate(text):
        if at not in hidden:
            assert shown.text[shown.place(at)] == character
    assert shown.place(len(text)) == len(shown.text)


@pytest.mark.parametrize("guilty", ["url", '"postgresql://u:', "s3cr3t", "3cr", "host/db", "@map"])
def test_what_is_underlined_stays_underlined_beside_a_mask(guilty: str) -> None:
    line = '\turl = "postgresql://u:s3cr3t@host/db"\t@map'
    start = line.index(guilty)
    drawn = draw([Diagnostic("c", "m", Span("s", start, start + len(guilty)))], [Source("s", line)])
    shown, marks = (part.split("|", 1)[1] for part in drawn.splitlines()[3:5])
    under = shown[marks.index("^") : marks.rindex("^") + 1]
    assert under == (guilty if not re.fullmatch(r"s?3cr(3t)?", guilty) else "***")
