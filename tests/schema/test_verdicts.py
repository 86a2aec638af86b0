"""Small schemas with Prisma's verdict beside Nicol's findings, for every database that schemas are written for.

A section of a file begins with its name (`//# …`), then lines of its generator or datasource (`//+ …`), then its text;
behind it stand, for each database or for all, Prisma's verdict and the codes of Nicol's findings, warnings in parentheses.
Text that holds a datasource stands as it is. `//! reason` says why the two differ. `--update` writes the codes anew;
Prisma's are asked for anew where `NICOL_ORACLE` names its engines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from campaigns import oracle
from nicol.diagnostics import Severity, Source
from nicol.dialects import PROVIDERS, provider_named
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve, wanted_provider
from tests.corpus_runner import CORPUS

FILES = sorted((CORPUS / "verdicts").glob("*.prisma"))


@dataclass(frozen=True)
class Section:
    """One small schema: its lines, the databases it is judged for, each with Prisma's verdict, and a reason to differ."""

    name: str
    settings: tuple[str, ...]
    text: str
    verdicts: tuple[tuple[str, str], ...]
    reason: str | None

    def whole(self, provider: str) -> str:
        """The text with its generator and its datasource."""
        if provider == "prisma":
            return self.text
        flags = [line for line in self.settings if line.startswith("previewFeatures")]
        others = [line for line in self.settings if line not in flags]
        generator = _block("generator client", ['provider = "prisma-client"', 'output = "./client"', *flags])
        source = _block("datasource db", [f'provider = "{provider}"', *others])
        return generator + source + self.text


def _block(head: str, lines: list[str]) -> str:
    return f"{head} {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n\n"


def sections(path: Path) -> Iterator[Section]:
    """The sections of a file in order."""
    for part in path.read_text(encoding="utf-8").split("//# ")[1:]:
        lines = part.rstrip("\n").split("\n")
        marked = {
            mark: [line[4:] for line in lines[1:] if line.startswith(mark)] for mark in ("//+", "//|", "//!")
        }
        text = [line for line in lines[1:] if line[:3] not in marked]
        verdicts = tuple(_verdicts(marked["//|"]))
        yield Section(
            lines[0],
            tuple(marked["//+"]),
            "\n".join(text).strip("\n") + "\n",
            verdicts,
            next(iter(marked["//!"]), None),
        )


def _verdicts(lines: list[str]) -> Iterator[tuple[str, str]]:
    given = {name: line.split()[1] for line in lines for name in line.split()[0].split(",")}
    given.update(dict.fromkeys(PROVIDERS, given.pop("all")) if "all" in given else {})
    return ((name, given[name]) for name in (*PROVIDERS, "prisma") if name in given)


def codes(text: str) -> list[str]:
    """The codes of Nicol's findings, each once; those of warnings and notes in parentheses."""
    parsed = parse(Source("schema.prisma", text))
    findings = parsed.findings
    if parsed.ok:
        wanted = wanted_provider((parsed.value,))
        provider = provider_named(wanted) if wanted in PROVIDERS else None
        findings += resolve((parsed.value,), provider).findings
    return list(
        dict.fromkeys(
            finding.code if finding.severity is Severity.ERROR else f"({finding.code})"
            for finding in findings
        )
    )


def written(section: Section) -> str:
    """A section as it stands in its file, with the codes that are found now."""
    lines = [f"//# {section.name}", *(f"//+ {line}" for line in section.settings), section.text.rstrip("\n")]
    answers: dict[str, list[str]] = {}
    for provider, verdict in section.verdicts:
        answer = " ".join([verdict, *codes(section.whole(provider))])
        answers.setdefault(answer, []).append(provider)
    for answer, names in answers.items():
        lines.append(f"//| {'all' if len(names) == len(PROVIDERS) else ','.join(names)} {answer}")
    if section.reason:
        lines.append(f"//! {section.reason}")
    return "\n".join(lines) + "\n"


@pytest.mark.proves("Schema", "the rule book of Prisma 7 for SQLite, PostgreSQL, CockroachDB and MySQL")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_small_schemas_have_their_findings(path: Path, request: pytest.FixtureRequest) -> None:
    title = path.read_text(encoding="utf-8").split("//# ")[0]
    whole = title + "\n".join(map(written, sections(path)))
    if request.config.getoption("--update"):
        path.write_text(whole, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == whole


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nicol_and_prisma_agree_unless_a_reason_is_given(path: Path) -> None:
    differing = [
        (section.name, provider)
        for section in sections(path)
        for provider, verdict in section.verdicts
        if not section.reason
        and (verdict == "invalid") != any(not code.startswith("(") for code in codes(section.whole(provider)))
    ]
    assert not differing


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_prisma_warns_of_nicol_warns_of(path: Path) -> None:
    silent = [
        (section.name, provider)
        for section in sections(path)
        for provider, verdict in section.verdicts
        if verdict == "warned" and not section.reason and not codes(section.whole(provider))
    ]
    assert not silent


@pytest.mark.slow
@pytest.mark.skipif(oracle.folder() is None, reason=oracle.absence())
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_prisma_still_says_so(path: Path) -> None:
    home = oracle.folder()
    assert home is not None
    judge = oracle.Oracle(home)
    changed = [
        (section.name, provider)
        for section in sections(path)
        for provider, verdict in section.verdicts
        if (judge.validate(section.whole(provider)).error is not None) != (verdict == "invalid")
    ]
    judge.close()
    assert not changed
