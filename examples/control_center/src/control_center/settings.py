"""What the environment decides: the two databases and the address to listen on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a URL is None, the generated client looks it up itself: in the environment, then in `.env`."""

    database_url: str | None = None
    memory_url: str | None = None
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read DATABASE_URL, MEMORY_DATABASE_URL, HOST and PORT; ValueError when PORT is no port."""
        return cls(
            database_url=environment.get("DATABASE_URL") or None,
            memory_url=environment.get("MEMORY_DATABASE_URL") or None,
            host=environment.get("HOST") or DEFAULT_HOST,
            port=_port(environment.get("PORT") or str(DEFAULT_PORT)),
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"PORT must be a number between 1 and 65535, not {text!r}")
    return int(text)
