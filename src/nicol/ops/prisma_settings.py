"""What Prisma's own configuration nearby says, in the words of Nicol's: it is not read, but pointed out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from nicol.ops.configuration import FILE

_CONFIGS = tuple(
    f"{folder}{name}.{ending}"
    for folder, name in (("", "prisma.config"), (".config/", "prisma"))
    for ending in ("ts", "mts", "js", "mjs", "cjs")
)
_PACKAGE = "package.json"
_TEXT = r"""\s*:\s*(["'`])(?P<value>[^"'`\n]+)\1"""
_SCHEMA = re.compile(rf"\bschema{_TEXT}")
_SEED = re.compile(rf"\bseed{_TEXT}")
_PATH = re.compile(rf"\bmigrations\s*:\s*\{{[^}}]*?\bpath{_TEXT}", re.DOTALL)
_URLS = {
    "url_env": re.compile(r"\burl\s*:\s*(?:process\.env\.|env\(\s*[\"'])(?P<value>\w+)"),
    "shadow_url_env": re.compile(r"\bshadowDatabaseUrl\s*:\s*(?:process\.env\.|env\(\s*[\"'])(?P<value>\w+)"),
}
_USUAL = {"url_env": "DATABASE_URL"}


@dataclass(frozen=True, slots=True)
class PrismaSettings:
    """A file of Prisma's configuration, and the lines that say the same to Nicol."""

    file: Path
    lines: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The same in words."""
        return f"{self.file} is Prisma's, and Nicol does not read it. In {FILE} it says: {self.instead}"

    @property
    def instead(self) -> str:
        """The lines in one."""
        return "; ".join(self.lines) or "nothing, since all is as usual"


def with_prisma(advice: str, root: Path) -> str:
    """Advice, and what Prisma's configuration beside it says, where there is one."""
    found = prisma_settings(root)
    return advice if found is None else f"{advice}. {found.sentence}"


def prisma_settings(root: Path) -> PrismaSettings | None:
    """Prisma's configuration in a folder; None where there is none."""
    for name in _CONFIGS:
        if (root / name).is_file():
            return PrismaSettings(root / name, tuple(_lines(_of_config(_text(root / name)))))
    package = root / _PACKAGE
    given = _of_package(_text(package)) if package.is_file() else None
    return None if given is None else PrismaSettings(package, tuple(_lines(given)))


def _text(file: Path) -> str:
    return file.read_text("utf-8", errors="replace")


def _of_config(text: str) -> dict[str, str]:
    """What stands in the module as plain texts; the rest is code, which only JavaScript can run."""
    patterns = {"schema": _SCHEMA, "migrations": _PATH, "seed": _SEED, **_URLS}
    found = {name: match["value"] for name, pattern in patterns.items() if (match := pattern.search(text))}
    return {name: value for name, value in found.items() if _USUAL.get(name) != value}


def _of_package(text: str) -> dict[str, str] | None:
    try:
        package: object = json.loads(text)
    except ValueError:
        return None  # npm will say so
    given = cast("Mapping[str, Any]", package).get("prisma") if isinstance(package, dict) else None
    if not isinstance(given, dict):
        return None
    words = cast("Mapping[str, object]", given)
    return {name: value for name in ("schema", "seed") if isinstance(value := words.get(name), str)}


def _lines(given: Mapping[str, str]) -> Iterator[str]:
    for name, value in given.items():
        if name == "seed":
            yield f'seed = "python seed.py" (in place of `{value}`)'
        else:
            yield f"{name} = {json.dumps(value.removeprefix('./'), ensure_ascii=False)}"
