"""Canaries: secrets that tests plant, and that nobody may ever show. `pytest --canary` looks for them after each test.

It looks where people look: what processes and tests print, what is logged, what errors say, what is answered over HTTP, and in
every file that a test has left. `@pytest.mark.holds_secrets("*.log")` names files that are meant to hold one; a project's
`.env` is one always. `@pytest.mark.shows_secrets` is for tests of the net itself, and for those that list the suite's tests.
In this mode the URL of every database on the embedded server has a password.
"""

from __future__ import annotations

import base64
import logging
import subprocess
from collections.abc import Callable, Generator, Iterator
from fnmatch import fnmatch
from functools import wraps
from pathlib import Path
from typing import Any

import httpx
import pytest

from nicol.errors import NicolError

_MARK = "Canary"


def planted(what: str) -> str:
    """A secret of that kind: letters and digits, so that no quoting changes it."""
    return f"{_MARK}{''.join(word.capitalize() for word in what.split())}{_MARK[::-1]}"


def planted_key(what: str) -> bytes:
    """32 bytes for a key; shown raw or in base64 they are found."""
    return f"{_MARK}{what.title().replace(' ', '')}".ljust(32, "x").encode()[:32]


_SHOWN = (_MARK.encode(), base64.b64encode(_MARK.encode()))
"""What every canary has in it, as it is and as a key of 32 bytes is written."""

_MEANT = (".env", ".env.*")

Call = Callable[..., Any]


def found_in(text: str | bytes) -> str | None:
    """The surroundings of the first canary in a text."""
    content = text.encode("utf-8", "replace") if isinstance(text, str) else text
    for shown in _SHOWN:
        at = content.find(shown)
        if at >= 0:
            return content[max(at - 80, 0) : at + 60].decode("utf-8", "replace")
    return None


class Net(logging.Handler):
    """Hears everything that is said while a test runs, and keeps what has a canary in it."""

    def __init__(self) -> None:
        super().__init__(level=1)
        self.caught: list[str] = []
        self._formatter = logging.Formatter("%(message)s")

    def hear(self, place: str, text: object) -> None:
        """Look at what was said."""
        if isinstance(text, str | bytes) and (found := found_in(text)) is not None:
            self.caught.append(f"{place}: …{found}…")

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a line of a log, its trace included; what others than Nicol log is theirs."""
        if record.name.partition(".")[0] in ("nicol", "uvicorn", "psycopg"):
            self.hear(f"the log {record.name}", self._formatter.format(record))

    def look_at(self, folder: Path, meant: tuple[str, ...]) -> None:
        """Look into the files that are left."""
        for path in sorted(folder.rglob("*")):
            if (
                path.is_file()
                and not path.is_symlink()
                and not any(fnmatch(path.name, each) for each in meant)
            ):
                self.hear(f"the file {path.relative_to(folder)}", path.read_bytes())


class Canary:
    """The plugin: one net for the whole run, looked into after each test."""

    def __init__(self) -> None:
        self.net = Net()
        self._taken: list[tuple[Any, str, Any]] = []

    def pytest_sessionstart(self) -> None:
        """Begin to listen."""
        logging.getLogger().addHandler(self.net)
        self._listen(NicolError, "__init__", self._hear_error)
        self._listen(subprocess.Popen, "communicate", self._hear_process)
        self._listen(httpx.Client, "send", self._hear_answer)

    def pytest_sessionfinish(self) -> None:
        """Leave everything as it was."""
        logging.getLogger().removeHandler(self.net)
        for owner, name, original in reversed(self._taken):
            setattr(owner, name, original)

    def _listen(self, owner: Any, name: str, hear: Call) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def listening(*args: Any, **kwargs: Any) -> Any:
            answer = original(*args, **kwargs)
            hear(args[0], answer)
            return answer

        self._taken.append((owner, name, original))
        setattr(owner, name, listening)

    def _hear_error(self, error: NicolError, _: None) -> None:
        self.net.hear(f"the error {type(error).__name__}", f"{error} {error!r}")

    def _hear_process(self, process: subprocess.Popen[Any], answer: tuple[Any, Any]) -> None:
        for stream, text in zip(("output", "errors"), answer, strict=True):
            self.net.hear(f"the {stream} of a process", text)

    def _hear_answer(self, _: httpx.Client, response: httpx.Response) -> None:
        if response.is_closed:  # otherwise somebody reads it piece by piece
            self.net.hear(f"the answer of {response.url.path}", f"{response.headers} {response.text}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None]:
        """After a test and its fixtures: nothing may have been caught."""
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        yield
        for when, stream, text in item._report_sections:  # pyright: ignore[reportPrivateUsage] - what it has printed
            self.net.hear(f"{stream} during {when}", text)
        if isinstance(folder, Path):
            self.net.look_at(folder, (*_MEANT, *_meant(item)))
        caught, self.net.caught = self.net.caught, []
        if caught and item.get_closest_marker("shows_secrets") is None:
            pytest.fail("a secret was shown in\n  " + "\n  ".join(dict.fromkeys(caught)), pytrace=False)


def _meant(item: pytest.Item) -> Iterator[str]:
    for marker in item.iter_markers("holds_secrets"):
        yield from marker.args


def pytest_addoption(parser: pytest.Parser) -> None:
    """Make the option known."""
    parser.addoption(
        "--canary", action="store_true", help="after each test, look for the secrets that it planted"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and put up the net where it is wanted."""
    config.addinivalue_line(
        "markers", "holds_secrets(*names): files of the test that are meant to hold a secret"
    )
    config.addinivalue_line(
        "markers", "shows_secrets: a test of the canaries' own net, in which they have to get caught"
    )
    if config.getoption("--canary"):
        config.pluginmanager.register(Canary(), "canary-net")
