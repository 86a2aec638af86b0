"""The classes of disagreement that are meant to be: each with its reason, subtracted in the open."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explained:
    """A class of disagreement, as a pattern of its name, and why it is right as it is."""

    pattern: str
    reason: str


EXPLAINED: tuple[Explained, ...] = ()


def reason_for(fault: str) -> str | None:
    """Why a class of disagreement is meant to be; None where it is not."""
    return next((each.reason for each in EXPLAINED if re.search(each.pattern, fault)), None)
