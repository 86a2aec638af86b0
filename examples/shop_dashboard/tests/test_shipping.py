"""What is shipped: a package that is whole without its sources, and files of platforms that say what their tools read."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.browsing import served
from tests.commands import free_port, nicol_in, succeed

from .conftest import EXAMPLE

pytestmark = pytest.mark.slow

ROOT = EXAMPLE.parents[1]
HERE = "examples/shop_dashboard"
SHIPPED = ("nicol.toml", "schema.prisma", "migrations")
"""What the last stage of the image holds beside the package."""


def built_from(context: Path, folder: Path, *projects: str) -> None:
    """The wheels of projects in a context, unpacked beside each other as `pip install` does."""
    for project in projects:
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "built")],
            cwd=context / project, check=True, capture_output=True,
        )  # fmt: skip
    for wheel in (folder / "built").glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "site")


def context_in(folder: Path) -> Path:
    """What `COPY . .` copies: what .dockerignore lets through."""
    rules = (ROOT / ".dockerignore").read_text().split("\n")
    left = {rule for rule in rules if rule and rule[0] not in "*!#"}
    assert left == {f"{HERE}/tests", f"{HERE}/src/shop_dashboard/db"}, (
        "the test leaves out what the file does"
    )
    unwanted = shutil.ignore_patterns("tests", "db", *(rule[3:] for rule in rules if rule.startswith("**/")))
    for name in (rule[1:] for rule in rules if rule.startswith("!")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if name == HERE:
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        elif (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.proves(
    "Shop Dashboard",
    "a package with its generated client, that runs where there is neither source nor compiler",
)
def test_the_package_runs_from_what_the_image_holds(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_in(tmp_path / "context")
    example = context / HERE
    assert not list(context.rglob(".env"))
    assert not list(example.rglob("*.db"))
    succeed(nicol_in(example, "generate"))
    built_from(context, tmp_path, ".", HERE)
    place = tmp_path / "srv"
    place.mkdir()
    for name in SHIPPED:
        copy = shutil.copytree if (example / name).is_dir() else shutil.copy
        copy(example / name, place / name)
    shutil.rmtree(context)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(place)
    settings = {
        "DATABASE_URL": database_url,
        "PORT": str(free_port()),
        "HOST": "127.0.0.1",
        "PROJECT": str(place),
    }
    succeed(nicol_in(place, "migrate", "deploy", **settings))
    settings["CRON_SECRET"] = "a-secret-of-the-scheduler"
    with served("shop_dashboard", settings) as address:
        assert httpx.get(f"{address}/api/health").json() == {"ok": True, "waiting": 0}
        assert "There is no store yet" in httpx.get(address).text
        assert httpx.get(f"{address}/static/page.css").status_code == 200
        swept = httpx.post(f"{address}/cron/retention", params={"token": settings["CRON_SECRET"]})
        assert swept.json()["ok"]


def test_the_image_holds_what_the_test_above_ran_with() -> None:
    last = (EXAMPLE / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert [name for name in SHIPPED if name not in last] == []
    assert "RUN pip" not in last
    assert "apt" not in last


def test_every_platform_migrates_before_traffic_and_asks_for_health() -> None:
    fly = tomllib.loads((EXAMPLE / "fly.toml").read_text())
    assert fly["deploy"]["release_command"] == "nicol migrate deploy"
    assert fly["http_service"]["checks"][0]["path"] == "/api/health"
    render = (EXAMPLE / "render.yaml").read_text()
    assert "preDeployCommand: nicol migrate deploy\n" in render
    assert "healthCheckPath: /api/health\n" in render
    assert "/cron/retention" in render


def test_every_variable_that_is_read_is_documented() -> None:
    sources = ("src/shop_dashboard/settings.py", "nicol.toml", "schema.prisma")
    code = "".join((EXAMPLE / name).read_text() for name in sources)
    read = set(re.findall(r'(?:environment\.get\(|\benv\(|_env = )"([A-Z_]+)"', code)) | {
        "CRON_SECRET",
        "NICOL_KEYS",
    }
    assert {"DATABASE_URL", "DIRECT_URL", "SHADOW_DATABASE_URL", "INTEGRATIONS_URL", "PORT"} <= read
    for page in (".env.example", "README.md"):
        assert [name for name in sorted(read) if name not in (EXAMPLE / page).read_text()] == [], page
