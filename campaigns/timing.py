"""Whether the time of a refusal tells anything about the secret: pairs of refused calls over HTTP, and a paired t-test.

The difference of a pair is taken before the mean, so that a busy machine is busy for both; the outer tenths of the differences,
which the machine makes, are left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from math import sqrt
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import mean, stdev
from time import perf_counter_ns
from urllib.parse import urlsplit

from nicol.cron import Cron
from nicol.cron.serving import serve

SECRET = "k7Q-" + "x" * 40
SUSPICIOUS = 4.5
"""The t at which the leakage tests of cryptography raise their hand (https://eprint.iacr.org/2015/207)."""

CALLS = {
    "wrong from the first character": f"Bearer Z{SECRET[1:]}",
    "wrong in the last character": f"Bearer {SECRET[:-1]}Z",
    "of another length": "Bearer " + SECRET[:20],
    "missing": "",
}
SCHEMA = 'datasource db {\n  provider = "sqlite"\n}\n\nmodel A {\n  id Int @id\n}\n'


def server(folder: str, secret: str, told: Connection) -> None:
    """The process of an endpoint."""
    environment = {"CRON_SECRET": secret} if secret else {}
    cron = Cron(folder, url=f"file:{folder}/a.db", environment=environment)
    serve(cron, "127.0.0.1", 0, told.send)


@contextmanager
def served(secret: str) -> Iterator[str]:
    """The place of an endpoint, as host and port."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schema.prisma").write_text(SCHEMA)
        here, there = multiprocessing.Pipe()
        process = multiprocessing.Process(target=server, args=(folder, secret, there))
        process.start()
        try:
            yield urlsplit(here.recv()).netloc
        finally:
            process.terminate()
            process.join()


def caller(place: str, said: str) -> Callable[[], int]:
    """What calls over a connection of its own that stays open, and answers the status."""
    connection = HTTPConnection(place)
    headers = {"Authorization": said} if said else {"X-Authorization": f"Bearer {SECRET}"}

    def call() -> int:
        connection.request("POST", "/cron/retention", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return call


def compare(one: Callable[[], int], other: Callable[[], int], pairs: int) -> tuple[float, float]:
    """The mean of the differences in microseconds, and their t."""
    differences: list[float] = []
    for _ in range(pairs):
        times: dict[Callable[[], int], int] = {}
        for call in random.sample((one, other), 2):
            started = perf_counter_ns()
            assert call() == 401
            times[call] = perf_counter_ns() - started
        differences.append((times[one] - times[other]) / 1000)
    differences.sort()
    kept = differences[pairs // 10 : -pairs // 10]
    return mean(kept), mean(kept) / (stdev(kept) / sqrt(len(kept)))


def main(arguments: Sequence[str]) -> int:
    """Compare all refusals with one, where a secret is set and where none is; 1 when a difference can be seen."""
    parser = argparse.ArgumentParser(prog="python -m campaigns timing", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5_000, help="pairs of calls for each comparison (5,000)")
    pairs = parser.parse_args(arguments).pairs
    worst = 0.0
    with ExitStack() as stack:
        places = {
            name: stack.enter_context(served(secret)) for name, secret in (("set", SECRET), ("unset", ""))
        }
        first = caller(places["set"], CALLS["wrong from the first character"])
        for name, place in places.items():
            for words, said in CALLS.items():
                difference, t = compare(first, caller(place, said), pairs)
                worst = max(worst, abs(t))
                print(
                    f"the secret is {name}, what is said is {words}: {difference:+.2f} µs, t = {t:+.2f}",
                    flush=True,
                )
    print(f"{pairs:,} pairs each; the largest t is {worst:.2f}, suspicious from {SUSPICIOUS} on")
    return int(worst >= SUSPICIOUS)
