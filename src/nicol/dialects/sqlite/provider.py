"""SQLite as the rule book sees it: Prisma's, and the one that stands in for PostgreSQL in a portable project."""

from __future__ import annotations

from dataclasses import replace

from nicol.dialects.sqlite.natives import PORTABLE_NATIVE
from nicol.schema.provider import Constraint, IndexMethod, NameScope, Native, Numbering, Power, Provider
from nicol.schema.schema import Scalar

PROVIDER = Provider(
    name="sqlite",
    title="SQLite",
    natives={},
    methods={"BTree": IndexMethod("BTree", classes=None)},
    numbering=Numbering.ONLY_ID,
    refuses_set_null_on_required=True,
    named=frozenset({Constraint.KEY}),
    powers=frozenset({Power.COMPUTED_AT_READING}),
    scopes=(NameScope(frozenset({Constraint.KEY}), frozenset({Constraint.KEY})),),
)

PORTABLE = replace(
    PROVIDER,
    natives={name: Native(name, (scalar,), limits=None) for name, scalar in PORTABLE_NATIVE.items()},
    lists=frozenset(Scalar),
    named=frozenset(Constraint),
)
"""Accepts what it stores in another form; the bounds of native types are PostgreSQL's to check."""


def provider(*, portable: bool) -> Provider:
    """What the language asks of SQLite."""
    return PORTABLE if portable else PROVIDER
