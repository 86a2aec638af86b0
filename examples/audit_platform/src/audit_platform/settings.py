"""What the environment decides: the database, the address to listen on, and the key that signs who somebody is."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the database's URL is None, the client looks it up itself. Without a key, sessions end with the process."""

    database_url: str | None = None
    secret_key: str = field(default_factory=secrets.token_urlsafe, repr=False)
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read DATABASE_URL, SECRET_KEY, HOST and PORT; ValueError for what cannot be meant."""
        return cls(
            database_url=environment.get("DATABASE_URL") or None,
            secret_key=environment.get("SECRET_KEY") or secrets.token_urlsafe(),
            host=environment.get("HOST") or DEFAULT_HOST,
            port=_port(environment.get("PORT") or str(DEFAULT_PORT)),
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"PORT must be a number between 1 and 65535, not {text!r}")
    return int(text)
