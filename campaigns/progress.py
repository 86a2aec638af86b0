"""Running counts of a long campaign: a line every few seconds, so that who waits sees it live and how far it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Says how far a campaign is, at most once in `every` seconds."""

    every: float = 5.0
    started: float = field(default_factory=time.monotonic)
    said: float = field(default_factory=time.monotonic)

    def tell(self, line: str) -> None:
        """Say a line, unless one was said just now."""
        now = time.monotonic()
        if now - self.said >= self.every:
            self.said = now
            print(f"… {now - self.started:6.0f} s  {line}", flush=True)
