"""What the environment decides: the database, the address to listen on, and where Shopify is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the database's URL is None, the generated client looks it up itself. Without `shopify_url` a stand-in answers."""

    database_url: str | None = None
    shopify_url: str | None = None
    shopify_token: str = ""
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read DATABASE_URL, SHOPIFY_URL, SHOPIFY_TOKEN, HOST and PORT; ValueError for what cannot be meant."""
        url = environment.get("SHOPIFY_URL") or None
        if url is not None and "{store}" not in url:
            raise ValueError("SHOPIFY_URL needs {store} where a store's domain belongs")
        return cls(
            database_url=environment.get("DATABASE_URL") or None,
            shopify_url=url,
            shopify_token=environment.get("SHOPIFY_TOKEN", ""),
            host=environment.get("HOST") or DEFAULT_HOST,
            port=_port(environment.get("PORT") or str(DEFAULT_PORT)),
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"PORT must be a number between 1 and 65535, not {text!r}")
    return int(text)
