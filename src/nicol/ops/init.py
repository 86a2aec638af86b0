"""`nicol init`: the files that a project begins with. What is there already stays as it is."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nicol.client.environment import parse_dotenv
from nicol.drivers.address import parse_address
from nicol.errors import ConfigurationError
from nicol.ops.configuration import PROVIDERS
from nicol.ops.settings import DEFAULT_URL_VARIABLE
from nicol.ops.writing import write_atomically, write_whole
from nicol.schema.format import layout

URLS = {
    "sqlite": "file:./dev.db",
    "postgresql": "postgresql://postgres:postgres@localhost:5432/app",
}
_MODEL = """
model User {
  id    Int     @id @default(autoincrement())
  email String  @unique
  name  String?
}
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new project is to be: its database and its URL (one tells the other), its client's folder, a first model.

    `portable`: it serves all databases that Nicol has.
    """

    provider: str | None = None
    url: str | None = None
    output: str = "./client"
    portable: bool = False
    with_model: bool = False

    @property
    def database(self) -> str:
        """The database of the datasource; ConfigurationError where provider and URL speak of two."""
        told = parse_address(self.url).dialect if self.url else None
        given = self._given()
        if told and given and told != given:
            raise ConfigurationError(
                f"the URL is that of a {told} database, and --datasource-provider says {given}",
                help="give one of the two, or the URL of the other database",
            )
        return given or told or PROVIDERS[0]

    def _given(self) -> str | None:
        if self.provider is None:
            return None
        name = {"postgres": "postgresql"}.get(self.provider.lower(), self.provider.lower())
        if name not in PROVIDERS:
            raise ConfigurationError(
                f"Nicol talks to no {self.provider} database", help=f"it is one of {', '.join(PROVIDERS)}"
            )
        return name


@dataclass(frozen=True, slots=True)
class Beginning:
    """What was written, and what was there already and stayed, with paths as seen from the project's folder."""

    provider: str
    written: tuple[str, ...]
    kept: tuple[str, ...]


def init_project(folder: Path, wish: Wish, schema: Path | None = None) -> Beginning:
    """Write schema, configuration and environment of a new project into a folder; ConfigurationError where it has a schema."""
    place = schema or Path("schema.prisma")
    for path in dict.fromkeys((place, Path("schema.prisma"), Path("prisma/schema.prisma"))):
        if (folder / path).exists():
            raise ConfigurationError(
                f"there is a schema already: {path}",
                help="nothing was changed; go on with `nicol migrate dev`",
            )
    provider = wish.database
    texts: dict[str, str] = {str(place): _schema(wish, provider)}
    kept: list[str] = []
    if _is_configured(folder):
        kept.append("the configuration")
    else:
        texts["nicol.toml"] = _configuration(wish, provider, place)
    environment = _environment(folder / ".env", wish.url or URLS[provider])
    if environment is None:
        kept.append(f"{DEFAULT_URL_VARIABLE} in .env")
    else:
        texts[".env"] = environment
    if (folder / ".gitignore").exists():
        kept.append(".gitignore")
    else:
        texts[".gitignore"] = "".join(f"{line}\n" for line in _ignored(wish))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        if name == ".env":
            write_whole(folder / name, text, mode=_private(folder / name))
        else:
            write_atomically(folder / name, text)
    return Beginning(provider, tuple(texts), tuple(kept))


def _schema(wish: Wish, provider: str) -> str:
    blocks = (
        "// What the data is. Change it, then run `nicol migrate dev` and `nicol generate`.\n\n"
        f'generator client {{\n  provider = "nicol"\n  output = {json.dumps(wish.output)}\n}}\n\n'
        f'datasource db {{\n  provider = "{provider}"\n}}\n'
    )
    return layout(blocks + (_MODEL if wish.with_model else ""))


def _configuration(wish: Wish, provider: str, place: Path) -> str:
    providers = PROVIDERS if wish.portable else (provider,)
    lines = [f"providers = {json.dumps(list(providers))}"]
    if place != Path("schema.prisma"):
        lines.insert(0, f"schema = {json.dumps(place.as_posix())}")
    return "".join(f"{line}\n" for line in lines)


def _is_configured(folder: Path) -> bool:
    if (folder / "nicol.toml").exists():
        return True
    project = folder / "pyproject.toml"
    if not project.is_file():
        return False
    try:
        return "nicol" in tomllib.loads(project.read_text("utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"pyproject.toml is not valid TOML: {error}") from None


def _environment(file: Path, url: str) -> str | None:
    """The text of `.env` with the URL behind all that it holds; None where it names one."""
    held = file.read_text("utf-8") if file.exists() else ""
    if DEFAULT_URL_VARIABLE in parse_dotenv(held, {}):
        return None
    if "'" in url or "\n" in url:
        raise ConfigurationError("the URL cannot be written into .env as it is", help="write ' as %27 in it")
    gap = "" if not held or held.endswith("\n") else "\n"
    return f"{held}{gap}{DEFAULT_URL_VARIABLE}='{url}'\n"


def _private(file: Path) -> int:
    """Who may read what may hold a password: who may already, else its owner alone."""
    return file.stat().st_mode & 0o777 if file.exists() else 0o600


def _ignored(wish: Wish) -> Iterator[str]:
    """What belongs to one machine: secrets, files of data, and what is generated."""
    yield from (".env", "*.db", "*.db-shm", "*.db-wal")
    folder = Path(wish.output)
    if not folder.is_absolute() and ".." not in folder.parts:
        yield f"/{folder.as_posix()}/"
