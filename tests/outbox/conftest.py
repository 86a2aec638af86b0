"""A schema with an outbox on each database, and relays of both kinds that a test speaks to alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nicol.outbox import AsyncRelay, Relay
from nicol.outbox.shape import model_text
from tests.contract.conftest import Awaited
from tests.contract.generated import import_package, push, schema_of, write_package

SCHEMA = f"""\
datasource db {{
  provider = "postgresql"
  url      = env("DATABASE_URL")
}}

model Order {{
  id    Int    @id @default(autoincrement())
  state String
}}

{model_text("OutboxMessage")}
"""
"""The outbox is the one that an error tells people to write."""

PACKAGE = "outbox_shop"


@pytest.fixture(scope="session")
def package_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the client lies."""
    folder = tmp_path_factory.mktemp("outbox")
    write_package(schema_of(SCHEMA), folder, PACKAGE, portable=True)
    return folder


@pytest.fixture
def url(database_url: str) -> str:
    """A database with the tables of the schema."""
    push(schema_of(SCHEMA), database_url, portable=True)
    return database_url


@dataclass
class Side:
    """A client of one kind, and what makes relays of it."""

    db: Any
    relay: Callable[..., Any]

    def write(self, *messages: tuple[str | None, int]) -> None:
        """Write messages, each a key and a number."""
        for key, number in messages:
            self.db.outbox_message.create(data={"topic": "told", "key": key, "payload": number})

    def waiting(self) -> list[Any]:
        """The numbers of the messages that are there, in order."""
        return [each.payload for each in self.db.outbox_message.find_many(order={"id": "asc"})]


@pytest.fixture(params=["blocking", "awaited"])
def side(request: pytest.FixtureRequest, url: str, package_folder: Path) -> Iterator[Side]:
    """Both kinds in turn."""
    package = import_package(package_folder, PACKAGE)
    if request.param == "blocking":
        with package.Client(url=url) as db:
            yield Side(db, lambda handler, **settings: Relay(db, handler, **settings))
        return
    with asyncio.Runner() as runner:
        client = package.AsyncClient(url=url)

        def relay(handler: Callable[[Any], object], **settings: Any) -> Any:
            async def awaited(message: Any) -> None:
                await asyncio.sleep(0)
                handler(message)

            return Awaited(AsyncRelay(client, awaited, **settings), runner)

        with Awaited(client, runner) as db:
            yield Side(db, relay)
