"""Scheduled jobs: once in each time slot however often they are called, only for who knows the secret, on both databases."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from nicol.drivers import open_database
from nicol.sql.program import Row, Statement, ask, rows
from tests.canary import planted

from .conftest import Shop

pytestmark = pytest.mark.slow

SECRET, FORMER = planted("cron secret"), planted("former cron secret")

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

/// @nicol.retain(days: 30, by: at)
model Session {
  id Int      @id
  at DateTime
  @@index([at])
}
"""

JOBS = """\
import asyncio, os, time
from pathlib import Path
from nicol.cron import Cron

cron = Cron()
HERE = Path(__file__).parent

def note(name):
    with (HERE / "done.txt").open("a") as file:
        file.write(name + "\\n")

@cron.job("slow", slot="1h")
async def slow():
    note("slow")
    await asyncio.sleep(0.5)
    return {"answer": 42}

@cron.job("blocking", slot="1h")
def blocking():
    note("blocking")
    time.sleep(0.2)
    return ["done"]

@cron.job("failing", slot="1h")
def failing():
    note("failing")
    if (HERE / "well").exists():
        return "well"
    raise RuntimeError("postgresql://user:hidden@host/db is not there")

@cron.job("endless", slot="1h", timeout="2s")
async def endless():
    note("endless")
    if (HERE / "well").exists():
        return "well"
    os.kill(os.getpid(), 9)
"""


def read(url: str, text: str) -> list[Row]:
    with open_database(url) as database:
        return database.run(rows(text), write=False)


@pytest.fixture
def office(living_shop: Shop) -> Shop:
    """A project with jobs, whose tables are there."""
    living_shop.schema(SCHEMA)
    living_shop.write("jobs.py", JOBS)
    living_shop.run("db", "push")
    living_shop.environment["CRON_SECRET"] = SECRET
    return living_shop


@contextmanager
def served(shop: Shop, *flags: str) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """The endpoint as a process of its own, and a caller who knows the secret."""
    process = shop.start("cron", "serve", "--port", "0", *flags)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert " at http://" in line, line
        address = line.split(" at ")[1].split("…")[0]
        with httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {SECRET}"}, timeout=30
        ) as caller:
            yield caller, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def done(shop: Shop) -> list[str]:
    file = shop.root / "done.txt"
    return file.read_text().split() if file.exists() else []


@pytest.mark.proves(
    "Operations", "a scheduled job does its work once in its time slot, under fifty calls at once"
)
def test_fifty_calls_do_the_work_once(office: Shop) -> None:
    with served(office, "--app", "jobs:cron") as (caller, _):
        for name in ("slow", "blocking"):
            with ThreadPoolExecutor(50) as pool:
                answers = list(pool.map(lambda _: caller.post(name), range(50)))  # noqa: B023 - used at once
            states = [answer.json()["state"] for answer in answers]
            assert states.count("done") == 1 and set(states) <= {"done", "running", "repeated"}
            assert {answer.status_code for answer in answers} <= {200, 202}
        again = caller.post("slow").json()
        assert again == {"ok": True, "state": "repeated", "result": {"answer": 42}}
    assert sorted(done(office)) == ["blocking", "slow"]


@pytest.mark.proves("Operations", "calls without the secret are refused alike, whatever is wrong")
def test_only_who_knows_the_secret_may_call(office: Shop) -> None:
    office.environment["CRON_SECRET_PREVIOUS"] = FORMER
    with ExitStack() as stack:
        caller, _ = stack.enter_context(served(office, "--app", "jobs:cron"))
        bare = stack.enter_context(httpx.Client(base_url=caller.base_url, timeout=30))
        refused = [
            bare.post("slow"),
            bare.post("slow", headers={"Authorization": "Bearer wrong"}),
            bare.post("slow", headers={"Authorization": f"Bearer {SECRET}x"}),
            bare.post("slow", headers={"Authorization": "Basic " + SECRET}),
            bare.post("slow", headers={"Authorization": ""}, params={"token": ""}),
            bare.post("nothing"),
            bare.post("slow", params={"token": SECRET[:-1]}),
        ]
        assert {(each.status_code, each.text) for each in refused} == {
            (401, '{"ok":false,"error":"unauthorized"}')
        }
        assert {each.headers["cache-control"] for each in refused} == {"no-store"}
        assert bare.get("slow", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 405
        assert bare.post("slow", params={"token": SECRET}).status_code == 200
        assert bare.post("slow", headers={"Authorization": f"bearer {FORMER}"}).json()["state"] == "repeated"
        assert caller.post("nothing").status_code == 404
    assert done(office) == ["slow"]


@pytest.mark.proves("Operations", "without a secret the endpoint is closed")
@pytest.mark.parametrize("secret", ["", "short"])
def test_without_a_secret_nothing_is_served(office: Shop, secret: str) -> None:
    office.environment["CRON_SECRET"] = secret
    assert "no secret is set" in office.run("cron", "serve", "--port", "0", code=1).err


@pytest.mark.proves(
    "Operations", "a failed job may be called again in its slot, and its secrets stay in the house"
)
def test_a_failed_job_is_tried_again(office: Shop) -> None:
    with served(office, "--app", "jobs:cron") as (caller, process):
        assert caller.post("failing", params={"dry_run": "true"}).status_code == 400
        for _ in range(2):
            answer = caller.post("failing")
            assert (answer.status_code, answer.json()) == (500, {"ok": False, "error": "RuntimeError"})
        office.write("well", "")
        assert caller.post("failing").json() == {"ok": True, "state": "done", "result": "well"}
        assert caller.post("failing").json()["state"] == "repeated"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert "[cron:failing] failed" in said and "hidden" not in said
    assert done(office) == ["failing"] * 3


@pytest.mark.proves("Operations", "a job whose process was killed is taken over when its time is over")
def test_a_killed_job_is_taken_over(office: Shop) -> None:
    with served(office, "--app", "jobs:cron") as (caller, _), pytest.raises(httpx.HTTPError):
        caller.post("endless")
    office.write("well", "")
    with served(office, "--app", "jobs:cron") as (caller, _):
        states = [caller.post("endless").json()["state"]]
        while states[-1] == "running":
            time.sleep(0.3)
            states.append(caller.post("endless").json()["state"])
    assert set(states[:-1]) <= {"running"} and states[-1] == "done"
    assert done(office) == ["endless"] * 2


@pytest.mark.proves("Operations", "retention as a scheduled job, called over HTTP or by hand")
def test_retention_is_a_job(office: Shop) -> None:
    assert office.url
    with open_database(office.url) as database:
        database.run(
            ask(Statement("INSERT INTO \"Session\" VALUES (1, '2020-01-01T00:00:00.000+00:00')")), write=True
        )
    with served(office) as (caller, _):
        for _ in range(2):
            planned = caller.post("retention", params={"dry_run": "true"}).json()
            assert planned == {"ok": True, "state": "dry", "result": {"due": {"Session": 1}, "reminders": []}}
        unsure = caller.post("retention", params={"dry_run": "yes"})
        assert (unsure.status_code, unsure.json()) == (400, {"ok": False, "error": "no dry run"})
        result = caller.post("retention").json()
        assert result == {
            "ok": True,
            "state": "done",
            "result": {"deleted": {"Session": 1}, "remaining": {"Session": 0}, "reminders": []},
        }
    assert "was done before" in office.run("cron", "run", "retention").out
    again = json.loads(office.run("cron", "run", "retention", "--again", "--json").out)
    assert (again["state"], again["result"]["deleted"]) == ("done", {"Session": 0})
    assert "already match" in office.run("db", "push").out
    assert "there is no job" in office.run("cron", "run", "nothing", code=1).err


def test_jobs_are_listed(office: Shop) -> None:
    listed = json.loads(office.run("cron", "jobs", "--app", "jobs:cron", "--json").out)
    assert [each["name"] for each in listed["jobs"]] == [
        "retention",
        "slow",
        "blocking",
        "failing",
        "endless",
    ]
    for wrong, sentence in (
        ("jobs", "names no `Cron`"),
        ("jobs:nothing", "cannot be imported"),
        ("jobs:note", "is no"),
    ):
        assert sentence in office.run("cron", "jobs", "--app", wrong, code=1).err


@pytest.mark.proves("Operations", "the endpoint mounts in FastAPI", on=("sqlite",))
def test_it_mounts_in_fastapi(shop: Shop, sqlite_url: str) -> None:
    from fastapi import FastAPI

    from nicol.cron import Cron

    here = shop.on(sqlite_url)
    here.schema(SCHEMA)
    here.run("db", "push")
    app = FastAPI()
    app.mount("/internal/cron", Cron(here.root, url=sqlite_url, environment={"CRON_SECRET": SECRET}))

    async def calls() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as caller:
            assert (await caller.post("/internal/cron/retention")).status_code == 401
            answer = await caller.post(
                "/internal/cron/retention", headers={"Authorization": f"Bearer {SECRET}"}
            )
        assert answer.json()["result"] == {
            "deleted": {"Session": 0},
            "remaining": {"Session": 0},
            "reminders": [],
        }

    asyncio.run(calls())
