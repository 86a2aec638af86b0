"""The rule book about PostgreSQL's scripts, and how they are read for it."""

from __future__ import annotations

from nicol.dialects import statements
from nicol.dialects.lint import breaks, losses
from nicol.dialects.lint.reader import unquoted
from nicol.dialects.lint.reading import doings
from nicol.dialects.lint.rule import Rule, Script, acts_of
from nicol.dialects.postgresql.lint import changes, keys, scripts, types
from nicol.dialects.postgresql.script import GRAMMAR
from nicol.dialects.postgresql.stages import stands_alone
from nicol.dialects.statements import Token

RULES: tuple[Rule, ...] = (
    *losses.RULES,
    *breaks.RULES,
    *keys.RULES,
    *changes.RULES,
    *types.RULES,
    *scripts.RULES,
)


def script(text: str) -> Script:
    """A script for the rules to judge."""
    parts = statements.placed(text, GRAMMAR)
    return Script(text, parts, acts_of(parts, lambda tokens: doings(tokens, _fold), stands_alone))


def _fold(part: Token) -> str:
    """Names without quotes are meant in small letters."""
    return part.text.lower() if part.kind == "word" else unquoted(part)
