"""The classes of disagreement that are meant to be: each with its reason, subtracted in the open."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explained:
    """A class of disagreement, as a pattern of its name, and why it is right as it is."""

    pattern: str
    reason: str


EXPLAINED: tuple[Explained, ...] = (
    Explained(
        r"^only Nicol rejects: unknown-database: (sqlserver|mongodb) is not one",
        "Nicol says in one finding that it does not serve these databases, and judges nothing else",
    ),
    Explained(
        r"^only Prisma rejects: .*((Default|[Cc]urrent) conn|Unknown (function in @default|index type)).*\[no datasource\]$",
        "without a datasource, what only a database can say is left unsaid: the configuration may name the database",
    ),
    Explained(
        r"^only Nicol rejects: annotation-(misspelt|in-plain-comment): ",
        "a slip in an annotation's name or marks must not pass for prose",
    ),
    Explained(
        r"^formatting: as Prisma formats its own result$",
        "Prisma needs two runs to come to rest; Nicol writes at once what the second run writes",
    ),
    Explained(
        r"^formatting: text behind the \{ of a block$",
        "Prisma's formatter deletes what stands behind the { of a block, comments too; Nicol's keeps it",
    ),
)


def reason_for(fault: str) -> str | None:
    """Why a class of disagreement is meant to be; None where it is not."""
    return next((each.reason for each in EXPLAINED if re.search(each.pattern, fault)), None)
