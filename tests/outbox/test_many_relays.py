"""Processes side by side: each message is handled once while none dies, and at least once when some are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.generated import import_package
from tests.outbox.conftest import PACKAGE

pytestmark = pytest.mark.slow

KEYS, OF_EACH = 12, 20
SCRIPT = Path(__file__).with_name("shop_relay.py")


class Shop:
    """A database with an outbox, and the lines that the relays of its processes write."""

    def __init__(self, url: str, package_folder: Path, folder: Path) -> None:
        self.db = import_package(package_folder, PACKAGE).Client(url=url)
        self.lines = folder / "lines"
        self.lines.touch()
        self.environment = {
            **os.environ,
            "SHOP_URL": url,
            "SHOP_LINES": str(self.lines),
            "PYTHONPATH": str(package_folder),
        }

    def write(self) -> None:
        """Write messages of many keys in turn."""
        self.db.outbox_message.create_many(
            data=[
                {"topic": "told", "key": f"k{key}", "payload": number}
                for number in range(OF_EACH)
                for key in range(KEYS)
            ]
        )

    def handled(self) -> dict[str, list[int]]:
        """The numbers of each key, in the order in which they were handled."""
        found: dict[str, list[int]] = defaultdict(list)
        for line in self.lines.read_text().splitlines():
            key, number, _ = line.split()
            found[key].append(int(number))
        return found

    def wait(self, count: int) -> None:
        """Until there are so many lines."""
        patience = time.monotonic() + 60
        while len(self.lines.read_text().splitlines()) < count:
            assert time.monotonic() < patience, "the relays make no progress"
            time.sleep(0.01)

    def wait_for_none(self) -> None:
        """Until no message is left."""
        patience = time.monotonic() + 60
        while self.db.outbox_message.count():
            assert time.monotonic() < patience, "the relays make no progress"
            time.sleep(0.02)

    def start(self, kind: str, **settings: str) -> subprocess.Popen[bytes]:
        """A relay as a process."""
        return subprocess.Popen([sys.executable, SCRIPT, kind], env=self.environment | settings)

    @contextmanager
    def relays(self, kind: str, count: int, **settings: str) -> Iterator[list[subprocess.Popen[bytes]]]:
        """So many processes, which are told to end behind the block, and end well."""
        processes = [self.start(kind, **settings) for _ in range(count)]
        try:
            yield processes
            for process in processes:
                process.send_signal(signal.SIGTERM)
            assert [process.wait(30) for process in processes] == [0] * count
        finally:
            for process in processes:
                process.kill()
                process.wait()


@pytest.fixture
def shop(url: str, package_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    """Nothing is written yet."""
    made = Shop(url, package_folder, tmp_path)
    yield made
    made.db.disconnect()


@pytest.mark.proves(
    "Operations", "outbox: four relays at once handle each message once, in the order of its key"
)
@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_relays_side_by_side_never_do_the_same_work(shop: Shop, kind: str) -> None:
    shop.write()
    with shop.relays(kind, 4):
        shop.wait(KEYS * OF_EACH // 2)
        shop.write()  # while they are at it
        shop.wait_for_none()
    assert shop.handled() == {f"k{key}": [*range(OF_EACH), *range(OF_EACH)] for key in range(KEYS)}


@pytest.mark.proves("Operations", "outbox: relays killed in the middle of a batch lose no message")
@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_relays_that_are_killed_lose_no_message(shop: Shop, kind: str) -> None:
    shop.write()
    for lines in (5, 30, 60):
        dying = shop.start(kind, SHOP_SECONDS="0.02", SHOP_LEASE="1")
        shop.wait(lines)
        dying.kill()
        dying.wait()
    assert shop.db.outbox_message.count() > 0, "they were killed too late to prove anything"
    with shop.relays(kind, 2):
        shop.wait_for_none()
    for numbers in shop.handled().values():
        assert set(numbers) == set(range(OF_EACH))
        firsts = [number for place, number in enumerate(numbers) if number not in numbers[:place]]
        assert firsts == sorted(firsts), "what came again came in order too"


def test_a_handler_that_takes_longer_than_the_others_leases_is_not_overtaken(shop: Shop) -> None:
    """A batch takes longer than a lease, each message of it does not."""
    shop.db.outbox_message.create_many(data=[{"topic": "told", "payload": number} for number in range(20)])
    with shop.relays("blocking", 2, SHOP_SECONDS="0.15", SHOP_LEASE="1"):
        shop.wait_for_none()
    assert sorted(shop.handled()["None"]) == list(range(20))
