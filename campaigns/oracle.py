"""The judge: the real Prisma engines in a Node process of their own, asked in lines of JSON.

`NICOL_ORACLE` names the folder that holds `oracle.mjs` and its `node_modules`. Where it is not set, campaigns are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VARIABLE = "NICOL_ORACLE"
SCRIPT = "oracle.mjs"


def folder() -> Path | None:
    """The judge's folder; None where there is none, or no Node to run it."""
    given = os.environ.get(VARIABLE)
    here = Path(given) if given else None
    present = here is not None and (here / SCRIPT).is_file() and (here / "node_modules").is_dir()
    return here if present and shutil.which("node") else None


def absence() -> str:
    """Why there is no judge, in one line."""
    return f"skipped: {VARIABLE} names no folder with {SCRIPT} and its node_modules (and `node` to run it)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge makes of a schema: `error` is its first message, None for a valid one; a crash is no verdict."""

    error: str | None = None
    crashed: bool = False


class Oracle:
    """One Node process, started anew after a crash."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._node = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["node", SCRIPT],
            cwd=self._home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def validate(self, text: str) -> Verdict:
        """Whether a schema is valid."""
        reply = self._ask(op="validate", files=[["schema.prisma", text]])
        if reply is None or "ok" in reply:
            return Verdict(crashed=reply is None)
        try:
            message: str = json.loads(reply["error"])["message"]
        except (ValueError, KeyError, TypeError):
            self._restart()  # a panic leaves the engine in no state to answer
            return Verdict(crashed=True)
        return Verdict(_first(message))

    def format(self, text: str) -> str | None:
        """A schema as Prisma formats it; None where it crashes."""
        reply = self._ask(op="format", text=text)
        if reply is not None and "text" in reply:
            formatted: str = reply["text"]
            return formatted
        self._restart()
        return None

    def diff(self, provider: str, before: str, after: str, url: str) -> str | None:
        """Prisma's SQL from one schema to another; None where it has no answer. PostgreSQL's wants a server to ask."""
        files = ([["schema.prisma", text]] for text in (before, after))
        asked = {"op": "diff", "from": next(files), "to": next(files), "provider": provider}
        reply = self._ask(**asked, **({"url": url} if provider != "sqlite" else {}))
        if reply is not None and "sql" in reply:
            sql: str = reply["sql"]
            return sql
        self._restart()
        return None

    def _ask(self, **request: Any) -> dict[str, Any] | None:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        try:
            self._node.stdin.write(json.dumps(request) + "\n")
            self._node.stdin.flush()
            line = self._node.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._restart()
            return None
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _restart(self) -> None:
        self.close()
        self._node = self._start()

    def close(self) -> None:
        """End the process."""
        self._node.kill()
        self._node.communicate()


def _first(message: str) -> str:
    """The first of the errors in a report, without the excerpt of the text."""
    return message.partition("\n  -->")[0].removeprefix("error: ").strip()
