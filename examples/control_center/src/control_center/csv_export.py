"""The audit trail as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator

from control_center.db import DecisionLog

COLUMNS = ("id", "createdAt", "scope", "actor", "action", "rationale", "evidenceUrl", "shopDomain", "externalRef",
           "factId", "payload")  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


async def csv_lines(decisions: AsyncIterator[DecisionLog]) -> AsyncIterator[str]:
    """The header, then a line for each decision."""
    yield _line(COLUMNS)
    async for decision in decisions:
        yield _line(tuple(_cell(decision, column) for column in COLUMNS))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what would start one."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _cell(decision: DecisionLog, column: str) -> str:
    match column:
        case "createdAt":
            return decision.createdAt.isoformat()
        case "payload":
            return (
                "" if decision.payload is None else harmless(json.dumps(decision.payload, ensure_ascii=False))
            )
        case _:
            value = getattr(decision, column)
            return "" if value is None else harmless(str(value))


def _line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
