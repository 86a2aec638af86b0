"""What the environment decides: the database, where the project lies, what may call, and the address to listen on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Settings:
    """`project`: the folder of nicol.toml. Without `integrations_url` a stand-in answers tests of connections.

    `environment` holds `CRON_SECRET`, which nobody copies out of it.
    """

    database_url: str | None = None
    project: Path = Path()
    integrations_url: str | None = None
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read DATABASE_URL, PROJECT, INTEGRATIONS_URL, HOST and PORT; ValueError for what cannot be meant."""
        url = environment.get("INTEGRATIONS_URL") or None
        if url is not None and "{integration}" not in url:
            raise ValueError("INTEGRATIONS_URL needs {integration} where an integration's name belongs")
        return cls(
            database_url=environment.get("DATABASE_URL") or None,
            project=Path(environment.get("PROJECT") or "."),
            integrations_url=url,
            host=environment.get("HOST") or DEFAULT_HOST,
            port=_port(environment.get("PORT") or str(DEFAULT_PORT)),
            environment=environment,
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"PORT must be a number between 1 and 65535, not {text!r}")
    return int(text)
