"""Messages are handed over when their transaction was kept, in the order of their keys, until they are handled or dead."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nicol.errors import ConfigurationError, QueryInvalid, TableMissing
from nicol.outbox import AsyncRelay, Relay, Retries, Turn
from nicol.outbox.shape import model_text, outbox_model
from tests.contract.generated import import_package, schema_of
from tests.outbox.conftest import PACKAGE, Side

NOW = datetime.now(UTC) + timedelta(hours=1)
"""By the clock of the tests every message is due that they write."""

LEASE = timedelta(minutes=1)


class Failed(Exception):
    """What a handler raises."""


class Died(BaseException):
    """What ends a relay as a kill does: nothing is said any more."""


class Handler:
    """Notes what it is called with, and fails where it is told to."""

    def __init__(
        self, fails: Callable[[Any], bool] = lambda _: False, how: type[BaseException] = Failed
    ) -> None:
        self.fails, self.how = fails, how
        self.messages: list[Any] = []

    @property
    def numbers(self) -> list[int]:
        """The numbers of the messages that it was called with."""
        return [message.payload for message in self.messages]

    def __call__(self, message: Any) -> None:
        self.messages.append(message)
        if self.fails(message):
            raise self.how(f"no {message.payload}")


@pytest.mark.proves(
    "Operations", "outbox: a message is delivered when its transaction is kept, and only then"
)
def test_what_was_undone_is_never_delivered(side: Side) -> None:
    handler = Handler()
    for state, number in (("kept", 1), ("undone", 2)):
        try:
            with side.db.tx() as tx:
                tx.order.create(data={"state": state})
                tx.outbox_message.create(data={"topic": "ordered", "payload": number})
                if state == "undone":
                    raise Failed
        except Failed:
            pass
    assert side.relay(handler).deliver(NOW) == Turn(delivered=1)
    assert (handler.numbers, side.waiting()) == ([1], [])
    assert [order.state for order in side.db.order.find_many()] == ["kept"]


@pytest.mark.proves(
    "Operations", "outbox: messages of a key in order; one that fails holds up those behind it, and no others"
)
def test_messages_of_a_key_never_overtake_each_other(side: Side) -> None:
    side.write(("a", 1), ("b", 2), ("a", 3), (None, 4), ("b", 5), (None, 6), ("a", 7))
    handler = Handler(lambda message: message.payload in (1, 4) and message.attempts == 1)
    relay = side.relay(handler)
    assert relay.deliver(NOW) == Turn(delivered=3, failed=2)
    assert handler.numbers == [1, 2, 4, 6, 5], "a key without trouble goes on, and so does what has no key"
    assert not relay.deliver(NOW), "the pauses are not over"
    assert relay.deliver(NOW + timedelta(seconds=1)) == Turn(delivered=4)
    assert handler.numbers[5:] == [1, 4, 3, 7]


def test_what_waits_behind_a_message_hides_no_others(side: Side) -> None:
    side.db.outbox_message.create_many(
        data=[{"topic": "told", "key": "a", "payload": number} for number in range(450)]
    )
    side.write(("b", 1000))
    handler = Handler(lambda message: message.key == "a")
    assert side.relay(handler).deliver(NOW) == Turn(delivered=1, failed=1)
    assert handler.numbers == [0, 1000]


@pytest.mark.parametrize("keys", ["aaaaa", "abcde"])
def test_a_turn_is_bounded(side: Side, keys: str) -> None:
    side.write(*((key, number) for number, key in enumerate(keys)))
    handler = Handler()
    relay = side.relay(handler, batch=2)
    turns = [relay.deliver(NOW).delivered for _ in range(4)]
    assert (turns, handler.numbers) == ([2, 2, 1, 0], [0, 1, 2, 3, 4])


@pytest.mark.proves("Operations", "outbox: dead letters after so many attempts, and requeued")
def test_a_message_that_fails_too_often_is_dead_until_it_is_asked_for_again(side: Side) -> None:
    side.write(("a", 1), ("a", 2))
    handler = Handler(lambda message: message.payload == 1)
    relay = side.relay(handler, retries=Retries(attempts=3, jitter=0))
    turns = [relay.deliver(NOW + timedelta(minutes=minute)) for minute in range(4)]
    assert turns == [Turn(failed=1), Turn(failed=1), Turn(dead=1), Turn(delivered=1)]
    (letter,) = side.db.outbox_message.find_many(where={"deadAt": {"not": None}})
    assert (letter.payload, letter.attempts, letter.lastError) == (1, 3, "Failed: no 1")
    handler.fails = lambda _: False
    side.db.outbox_message.update(where={"id": letter.id}, data={"deadAt": None, "attempts": 0})
    assert relay.deliver(NOW + timedelta(minutes=9)) == Turn(delivered=1)
    assert side.waiting() == []


def test_a_message_may_be_tried_for_ever(side: Side) -> None:
    side.write(("a", 1), ("a", 2))
    relay = side.relay(Handler(lambda _: True), retries=Retries(attempts=None))
    assert [relay.deliver(NOW + timedelta(days=day)) for day in range(20)] == [Turn(failed=1)] * 20
    assert side.waiting() == [1, 2]


@pytest.mark.proves("Operations", "outbox: every attempt carries the same idempotency key")
def test_every_attempt_carries_the_same_key(side: Side) -> None:
    side.write((None, 1), (None, 2))
    handler = Handler(lambda message: message.attempts == 1)
    relay = side.relay(handler)
    for minute in range(2):
        relay.deliver(NOW + timedelta(minutes=minute))
    first, second, again, second_again = [message.idempotencyKey for message in handler.messages]
    assert (first, second) == (again, second_again)
    assert first != second


@pytest.mark.proves("Operations", "outbox: a relay that dies lets go of its messages when its lease ends")
def test_messages_of_a_relay_that_died_are_delivered_when_its_lease_ends(side: Side) -> None:
    side.write(("a", 1), ("b", 2), ("a", 3))
    with pytest.raises(Died):
        side.relay(Handler(lambda _: True, Died)).deliver(NOW)
    handler = Handler()
    other = side.relay(handler)
    assert not other.deliver(NOW + LEASE - timedelta(seconds=1)), "they are held"
    assert other.deliver(NOW + LEASE) == Turn(delivered=3)
    assert handler.numbers == [1, 2, 3]


def test_a_message_that_kills_its_relays_dies_too(side: Side) -> None:
    side.write(("a", 1), ("a", 2))
    deadly = Handler(lambda message: message.payload == 1, Died)
    relay = side.relay(deadly, retries=Retries(attempts=3))
    for attempt in range(3):
        with pytest.raises(Died):
            relay.deliver(NOW + attempt * LEASE)
    assert relay.deliver(NOW + 3 * LEASE) == Turn(dead=1)
    assert relay.deliver(NOW + 3 * LEASE) == Turn(delivered=1)
    assert deadly.numbers == [1, 1, 1, 2]


@pytest.mark.parametrize("fails", [False, True])
def test_who_comes_back_after_the_lease_changes_nothing(
    side: Side, url: str, package_folder: Path, fails: bool
) -> None:
    def is_overtaken(_: Any) -> bool:
        with import_package(package_folder, PACKAGE).Client(url=url) as db:
            assert Relay(db, Handler(lambda _: True, ValueError)).deliver(NOW + LEASE) == Turn(failed=1)
        return fails

    side.write(("a", 1))
    side.relay(Handler(is_overtaken)).deliver(NOW)
    (message,) = side.db.outbox_message.find_many()
    assert (message.attempts, message.lastError) == (2, "ValueError: no 1")


def test_a_relay_that_is_told_to_stop_gives_back_what_it_has_taken(side: Side) -> None:
    side.write(("a", 1), ("b", 2), ("c", 3))

    def stop(_: Any) -> bool:
        relay.stop()
        return False

    handler = Handler(stop)
    relay = side.relay(handler)
    assert relay.run() == Turn(delivered=1)
    assert handler.numbers == [1]
    assert {message.attempts for message in side.db.outbox_message.find_many()} == {0}
    assert side.relay(Handler()).deliver(NOW) == Turn(delivered=2)


def test_a_relay_does_not_work_inside_of_a_transaction(url: str, package_folder: Path) -> None:
    client = import_package(package_folder, PACKAGE).Client(url=url)
    with client as db, db.tx() as tx, pytest.raises(QueryInvalid, match="transactions of its own"):
        Relay(tx, print).deliver()


def test_pauses_double_up_to_the_longest_and_vary_by_chance() -> None:
    retries = Retries(attempts=None, first=timedelta(seconds=1), longest=timedelta(minutes=1), jitter=0.5)
    seconds = {attempts: retries.delay(attempts).total_seconds() for attempts in (1, 2, 3, 6, 7, 10**6)}
    assert seconds == {1: 1, 2: 2, 3: 4, 6: 32, 7: 60, 10**6: 60}
    assert [retries.pause(3, chance) for chance in (0, 0.5, 1)] == [
        timedelta(seconds=4),
        timedelta(seconds=3),
        timedelta(seconds=2),
    ]
    last = Retries(attempts=3)
    assert [last.pause(attempts, 0) is None for attempts in (1, 2, 3, 4)] == [False, False, True, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"first": timedelta(0)},
        {"first": timedelta(hours=1)},
        {"jitter": 1.5},
        {"jitter": -0.1},
    ],
    ids=str,
)
def test_retries_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Retries(**wrong)


@pytest.mark.proves("Operations", "outbox: a relay that waits is woken by a commit")
def test_a_relay_that_waits_is_woken(url: str, package_folder: Path) -> None:
    arrived = threading.Event()
    with import_package(package_folder, PACKAGE).Client(url=url) as db:
        relay: Relay[Any] = Relay(db, lambda _: arrived.set(), poll=3600)
        running = threading.Thread(target=relay.run)
        running.start()
        with db.tx() as tx:
            tx.outbox_message.create(data={"topic": "told", "payload": 1})
            tx.after_commit(relay.wake)
        assert arrived.wait(30)
        relay.stop()
        running.join(30)
        assert not running.is_alive()
        assert db.outbox_message.count() == 0


@pytest.mark.anyio
async def test_an_awaiting_relay_that_waits_is_woken(url: str, package_folder: Path) -> None:
    arrived = asyncio.Event()

    async def handle(_: Any) -> None:
        arrived.set()

    async with import_package(package_folder, PACKAGE).AsyncClient(url=url) as db:
        relay: AsyncRelay[Any] = AsyncRelay(db, handle, poll=3600)
        running = asyncio.create_task(relay.run())
        async with db.tx() as tx:
            await tx.outbox_message.create(data={"topic": "told", "payload": 1})
            tx.after_commit(relay.wake)
        await asyncio.wait_for(arrived.wait(), 30)
        relay.stop()
        assert await asyncio.wait_for(running, 30) == Turn(delivered=1)


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"


def test_a_relay_outlives_a_database_that_fails(side: Side) -> None:
    handler = Handler()
    relay = side.relay(handler, poll=0.001)
    side.db.execute_raw('ALTER TABLE "OutboxMessage" RENAME TO "Away"')
    with pytest.raises(TableMissing):
        relay.deliver()
    side.db.execute_raw('ALTER TABLE "Away" RENAME TO "OutboxMessage"')
    side.write(("a", 1))
    assert relay.deliver(NOW) == Turn(delivered=1)


SHAPES = {
    "no such model": (lambda text: text.replace("OutboxMessage", "Other"), "has no model `OutboxMessage`"),
    "no key": (lambda text: without(text, "key"), "  key            String?\n"),
    "nothing of it": (
        lambda text: "model OutboxMessage {\n  id Int @id @default(autoincrement())\n}",
        "`idempotencyKey`, `key`, `attempts`, `nextAttemptAt`, `lastError`, `deadAt`, `createdAt`",
    ),
    "an id by chance": (
        lambda text: text.replace("Int       @id @default(autoincrement())", "String @id @default(uuid())"),
        "  id             Int       @id @default(autoincrement())\n",
    ),
    "an id that others give": (
        lambda text: text.replace("@id @default(autoincrement())", "@id"),
        "  id             Int       @id @default(autoincrement())\n",
    ),
    "an error that has to be there": (
        lambda text: text.replace("lastError      String?", 'lastError String @default("")'),
        "  lastError      String?\n",
    ),
}


def without(text: str, field: str) -> str:
    """A model without a field and what leads to it."""
    return "\n".join(
        line for line in text.splitlines() if field not in line.split()[:1] and f"[{field}" not in line
    )


@pytest.mark.proves(
    "Operations", "outbox: a model that cannot hold messages is refused with the lines to write"
)
@pytest.mark.parametrize("name", SHAPES)
def test_a_model_that_cannot_hold_messages_is_refused_with_the_lines_to_write(name: str) -> None:
    change, told = SHAPES[name]
    head = 'datasource db {\n  provider = "postgresql"\n}\n\n'
    with pytest.raises(ConfigurationError) as refused:
        outbox_model(schema_of(head + change(model_text("OutboxMessage"))), "OutboxMessage")
    assert told in str(refused.value)


def test_the_fields_of_an_outbox_may_have_other_names_in_the_database_and_company() -> None:
    text = (
        model_text("Mail")
        .replace("@default(0)", '@default(0) @map("tries")')
        .replace("id             Int   ", "id BigInt")
    )
    model = outbox_model(schema_of(f'datasource db {{\n  provider = "postgresql"\n}}\n\n{text}'), "Mail")
    assert model.scalar("attempts").mapped == "tries"
