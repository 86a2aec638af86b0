"""Sentences about a number of things, in which words follow the number: `{count} {row|rows} {does|do} not fit`."""

from __future__ import annotations

import re

_CHOICE = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")


def counted(sentence: str, count: int) -> str:
    """The sentence for a number; of two words in braces the first stands for one, the other for any other number."""
    chosen = _CHOICE.sub(lambda match: match[1] if count == 1 else match[2], sentence)
    return chosen.replace("{count}", str(count))
