"""What the environment decides: the two databases and the address to listen on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_MEMORY_URL = "file:./memory.db"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url` None: the generated client reads `DATABASE_URL` itself."""

    database_url: str | None = None
    memory_url: str = DEFAULT_MEMORY_URL
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read DATABASE_URL, MEMORY_DATABASE_URL, HOST and PORT; ValueError when PORT is no number."""
        return cls(
            database_url=environment.get("DATABASE_URL") or None,
            memory_url=environment.get("MEMORY_DATABASE_URL") or DEFAULT_MEMORY_URL,
            host=environment.get("HOST") or DEFAULT_HOST,
            port=int(environment.get("PORT") or DEFAULT_PORT),
        )
