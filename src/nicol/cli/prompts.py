"""Who answers questions: the person at the terminal, or nobody."""

from __future__ import annotations

import os
import sys

from nicol.ops.questions import Nobody, Question, Questioner


class Terminal:
    """The person at the terminal. An empty answer is a no."""

    def confirm(self, question: Question) -> bool:
        """Ask until the answer is clear."""
        for reason in question.reasons:
            sys.stderr.write(f"  - {reason}\n")
        while True:
            sys.stderr.write(f"{question.text} [y/N] ")
            sys.stderr.flush()
            answer = sys.stdin.readline()
            match answer.strip().lower():
                case "y" | "yes":
                    return True
                case "" | "n" | "no":
                    return False
                case _:
                    sys.stderr.write("please answer y or n\n")


def questioner() -> Questioner:
    """The person at the terminal, if there is one and no CI server pretends to be one."""
    alone = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    attended = not alone and all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
    return Terminal() if attended else Nobody()
