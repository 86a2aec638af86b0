"""The rule book: what must hold in a schema before anything is made of it."""

from __future__ import annotations

from nicol.diagnostics import Diagnostic
from nicol.schema.bind import datasources
from nicol.schema.rules import (
    actions,
    annotated,
    annotated_indexes,
    annotated_support,
    annotations,
    attributes,
    audit,
    blocks,
    conditions,
    constraint_names,
    defaults,
    fields,
    indexes,
    keys,
    names,
    natives,
    relations,
    retention,
    settings,
    shards,
)
from nicol.schema.rules.rule import Case, Rule

RULES: tuple[Rule, ...] = (
    *settings.RULES,
    *blocks.RULES,
    *names.RULES,
    *attributes.RULES,
    *fields.RULES,
    *natives.RULES,
    *defaults.RULES,
    *keys.RULES,
    *indexes.RULES,
    *conditions.RULES,
    *constraint_names.RULES,
    *shards.RULES,
    *relations.RULES,
    *actions.RULES,
    *annotations.RULES,
    *annotated.RULES,
    *retention.RULES,
    *audit.RULES,
    *annotated_indexes.RULES,
    *annotated_support.RULES,
)


def judge(case: Case) -> tuple[Diagnostic, ...]:
    """Everything that the rule book says about a case, in the order of the text; for a foreign database, just that."""
    book = (
        RULES
        if all(settings.is_served(block) for block in datasources(case.binding.documents))
        else settings.RULES
    )
    findings = [finding for each in book for finding in each.judge(case)]
    order = {document.source.path: number for number, document in enumerate(case.binding.documents)}
    return tuple(sorted(findings, key=lambda finding: _place(finding, order)))


def _place(finding: Diagnostic, order: dict[str, int]) -> tuple[int, int]:
    return (order.get(finding.span.path, 0), finding.span.start) if finding.span else (0, 0)
