"""Whether the time of a refusal tells anything about the secret: pairs of refused calls over HTTP, and a paired t-test.

All endpoints of a comparison live in one process and are called over one connection: two processes differ by tens of
microseconds for good, whatever they are asked, by where the machine has put them, and the last comparison shows that.

The difference of a pair is taken before the mean, so that a busy machine is busy for both. A comparison of a call with itself
must find nothing, and an endpoint that waits a moment when the first character is right must be found out: a run that does
not see that, because others had the processor, has proved nothing about the others, and says so.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from math import sqrt
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import mean, stdev
from time import perf_counter_ns
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from nicol.cron import Cron
from nicol.cron.serving import serve

SECRET = "k7Q-" + "x" * 40
SUSPICIOUS = 4.5
"""The t at which the leakage tests of cryptography raise their hand (https://eprint.iacr.org/2015/207)."""
LEAK = 20_000
"""Nanoseconds by which the endpoint that must be found out betrays a right character."""

CALLS = {
    "wrong from the first character": f"Bearer Z{SECRET[1:]}",
    "wrong in the last character": f"Bearer {SECRET[:-1]}Z",
    "of another length": "Bearer " + SECRET[:20],
    "missing": "",
}
FIRST, LAST, *_ = CALLS
SET, UNSET, LEAKY = "set", "not", "bad"
"""The endpoints of one process, under paths of equal length."""
SCHEMA = 'datasource db {\n  provider = "sqlite"\n}\n\nmodel A {\n  id Int @id\n}\n'


class Leaky:
    """An endpoint that takes longer when the first character is right."""

    def __init__(self, inside: ASGIApp) -> None:
        self._inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, and pass the call on."""
        if any(value.startswith(f"Bearer {SECRET[0]}".encode()) for _, value in scope["headers"]):
            over = perf_counter_ns() + LEAK
            while perf_counter_ns() < over:
                pass
        await self._inside(scope, receive, send)


class Several(Cron):
    """Several endpoints in one: the first part of the path says which, at the same cost for each."""

    def __init__(self, folder: str, parts: Mapping[str, ASGIApp]) -> None:
        super().__init__(folder, environment={})
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application."""
        await self._parts[scope["path"].split("/")[2]](scope, receive, send)


def server(folder: str, told: Connection) -> None:
    """The process of the endpoints."""

    def endpoint(**environment: str) -> Cron:
        return Cron(folder, url=f"file:{folder}/a.db", environment=environment)

    parts = {
        SET: endpoint(CRON_SECRET=SECRET),
        UNSET: endpoint(),
        LEAKY: Leaky(endpoint(CRON_SECRET=SECRET)),
    }
    serve(Several(folder, parts), "127.0.0.1", 0, told.send)


@contextmanager
def served() -> Iterator[HTTPConnection]:
    """A connection to a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schema.prisma").write_text(SCHEMA)
        here, there = multiprocessing.Pipe()
        process = multiprocessing.Process(target=server, args=(folder, there))
        process.start()
        try:
            yield HTTPConnection(urlsplit(here.recv()).netloc)
        finally:
            process.terminate()
            process.join()


Call = Callable[[], int]


def caller(connection: HTTPConnection, endpoint: str, said: str) -> Call:
    """What calls an endpoint, and answers the status."""
    headers = {"Authorization": said} if said else {"X-Authorization": f"Bearer {SECRET}"}

    def call() -> int:
        connection.request("POST", f"/cron/{endpoint}/retention", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return call


@dataclass(frozen=True)
class Compared:
    """The mean of the differences of pairs, and its standard error, in microseconds."""

    difference: float
    error: float

    @property
    def t(self) -> float:
        """How many errors the difference is away from nothing."""
        return self.difference / self.error

    @property
    def found(self) -> bool:
        """True when it can be seen."""
        return abs(self.t) >= SUSPICIOUS


def compare(one: Call, other: Call, pairs: int) -> Compared:
    """Call both in pairs, in an order of chance."""
    differences: list[float] = []
    for _ in range(pairs):
        times = [0, 0]
        for place in random.sample((0, 1), 2):
            call = (one, other)[place]
            started = perf_counter_ns()
            status = call()
            times[place] = perf_counter_ns() - started
            assert status == 401
        differences.append((times[0] - times[1]) / 1000)
    return trimmed(differences)


def trimmed(differences: list[float]) -> Compared:
    """The mean without the outer tenths, which the machine makes.

    For its error these count as the innermost of their tenth (https://doi.org/10.1093/biomet/61.1.165): without them the rest
    would look surer than it is.
    """
    ordered, cut = sorted(differences), len(differences) // 10
    kept = ordered[cut:-cut]
    pulled_in = [kept[0]] * cut + kept + [kept[-1]] * cut
    return Compared(mean(kept), stdev(pulled_in) / sqrt(len(ordered)) * len(ordered) / len(kept))


def tell(words: str, found: Compared) -> Compared:
    """Say what was found."""
    print(f"{words}: {found.difference:+.2f} µs, t = {found.t:+.2f}", flush=True)
    return found


def refusals(connection: HTTPConnection, pairs: int) -> Iterator[Compared]:
    """All refusals beside one, where a secret is set and where none is."""
    first = caller(connection, SET, CALLS[FIRST])
    for endpoint, state in ((SET, "set"), (UNSET, "unset")):
        for words, said in CALLS.items():
            found = compare(first, caller(connection, endpoint, said), pairs)
            yield tell(f"the secret is {state}, what is said is {words}", found)


def main(arguments: Sequence[str]) -> int:
    """Compare; 1 when a difference can be seen, or the leak cannot."""
    parser = argparse.ArgumentParser(prog="python -m campaigns timing", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5_000, help="pairs of calls for each comparison (5,000)")
    pairs = parser.parse_args(arguments).pairs
    with served() as connection:
        found = list(refusals(connection, pairs))
        leak = compare(caller(connection, LEAKY, CALLS[LAST]), caller(connection, LEAKY, CALLS[FIRST]), pairs)
        tell(f"an endpoint that betrays a right character by {LEAK / 1000:.0f} µs", leak)
        with served() as elsewhere:
            here, there = (caller(each, SET, CALLS[FIRST]) for each in (connection, elsewhere))
            tell("two processes that are alike (for comparison only)", compare(here, there, pairs))
    return verdict(found, leak, pairs)


def verdict(found: list[Compared], leak: Compared, pairs: int) -> int:
    """Say what follows; the exit code."""
    worst = max(found, key=lambda each: abs(each.t))
    seen = SUSPICIOUS * max(each.error for each in found)
    print(
        f"{pairs:,} pairs each; the largest t is {abs(worst.t):.2f}, suspicious from {SUSPICIOUS} on: a difference of "
        f"{seen:.1f} µs would be seen"
    )
    if not leak.found:
        print(
            "the endpoint that leaks was not found out: this machine is too busy for a verdict; try more --pairs"
        )
    return int(worst.found or not leak.found)
