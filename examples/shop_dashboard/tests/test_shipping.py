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

SHIPPED = ("nicol.toml", "schema.prisma", "migrations")
"""What the last stage of the image holds beside the package."""


@pytest.mark.proves(
    "Shop Dashboard",
    "a package with its generated client, that runs where there is neither source nor compiler",
)
def test_the_package_runs_from_what_the_image_holds(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "built")],
        cwd=EXAMPLE, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = (tmp_path / "built").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    place = tmp_path / "srv"
    place.mkdir()
    for name in SHIPPED:
        copy = shutil.copytree if (EXAMPLE / name).is_dir() else shutil.copy
        copy(EXAMPLE / name, place / name)
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
