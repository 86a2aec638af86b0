"""What both say about one text, and the class that a disagreement belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from campaigns.oracle import Oracle, Verdict
from nicol.diagnostics import Severity, Source
from nicol.errors import ConfigurationError
from nicol.ops.schemas import judge_sources
from nicol.schema.format import format_text

_DATASOURCE = re.compile(r"(?m)^[ \t]*datasource\b")
UNSTABLE = "formatting: twice is not once"


@dataclass(frozen=True, slots=True)
class Answer:
    """Nicol's and the judge's answer to one text; `fault` is the class of a disagreement about its verdict."""

    valid: bool | None
    """The judge's verdict; None where it crashed."""
    fault: str | None = None
    formatting: str | None = None
    """The class of a difference in formatting, of a valid text."""
    unstable: bool = False
    """True when formatting twice is not formatting once."""
    invalid_formatted_alike: bool | None = None


def answer(text: str, oracle: Oracle) -> Answer:
    """Ask both about a text."""
    verdict = oracle.validate(text)
    formatted = format_text(text)
    unstable = format_text(formatted) != formatted
    if verdict.crashed:
        return Answer(None, unstable=unstable)
    theirs = oracle.format(text)
    alike = None if theirs is None else formatted.replace("\r\n", "\n") == theirs
    fault = _fault(text, verdict)
    if verdict.error is not None:
        return Answer(False, fault, unstable=unstable, invalid_formatted_alike=alike)
    difference = _difference(formatted, theirs or "", oracle) if alike is False else None
    return Answer(True, fault, difference, unstable)


def differences(text: str, oracle: Oracle, *, formatting: bool) -> tuple[str | None, ...]:
    """The classes of difference that a text is an example of, about its verdict or about its formatting."""
    if formatting:
        given = answer(text, oracle)
        return (given.formatting, UNSTABLE if given.unstable else None)
    verdict = oracle.validate(text)
    return () if verdict.crashed else (_fault(text, verdict),)


def _fault(text: str, verdict: Verdict) -> str | None:
    fault = disagreement(complaint(text), verdict.error)
    return f"{fault} [no datasource]" if fault and not _DATASOURCE.search(text) else fault


def complaint(text: str) -> str | None:
    """Nicol's first error about a text, code before message; None for a valid one."""
    source = Source("schema.prisma", text)
    try:
        findings = judge_sources((source,), (), {}).findings
    except ConfigurationError as error:
        return f"configuration: {error}"
    first = next((finding for finding in findings if finding.severity is Severity.ERROR), None)
    return f"{first.code}: {first.message}" if first else None


def disagreement(nicol: str | None, prisma: str | None) -> str | None:
    """The class of a disagreement about a verdict; None where there is none."""
    if (nicol is None) == (prisma is None):
        return None
    if nicol is not None:
        return f"only Nicol rejects: {nameless(nicol)}"
    return f"only Prisma rejects: {nameless(prisma or '')}"


def nameless(message: str) -> str:
    """A message without the names, texts and numbers in it."""
    message = re.sub(r"`[^`]*`|\"[^\"]*\"|'[^']*'", "_", message.partition("\n")[0])
    message = re.sub(
        r"\b(model|field|Native type|enum|type|named|attribute|relation|on) [A-Z@]\w*", r"\1 _", message
    )
    return re.sub(r"\d+", "N", message)[:160]


_HEAD = re.compile(r"(\w+ +\S+ +\{) *(.+)")


def _difference(formatted: str, theirs: str, oracle: Oracle) -> str:
    """A word for how two formattings differ."""
    ours = formatted.replace("\r\n", "\n")
    if ours == oracle.format(theirs):
        return "formatting: as Prisma formats its own result"
    mine, other = next(
        (pair for pair in zip(ours.split("\n"), theirs.split("\n"), strict=False) if pair[0] != pair[1]),
        ("", ""),
    )
    head = _HEAD.match(mine)
    if head and head[1] == other:
        return "formatting: text behind the { of a block"
    if mine.split() == other.split():
        return "formatting: spacing"
    if "".join(mine.split()) == "".join(other.split()):
        return "formatting: blanks within a line"
    return "formatting: other text"
