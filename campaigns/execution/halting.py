"""The command `nicol` in a process that stops itself (SIGSTOP) before the statement that begins as `HALT_BEFORE` says."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from nicol.cli.main import main
from nicol.drivers.postgres import PostgresConnection
from nicol.drivers.sqlite import SqliteConnection
from nicol.sql.program import Command, Result


def arm(text: str) -> None:
    """Let this process stop once, before a statement."""
    stopped: list[str] = []

    def halting(say: Callable[[Any, Command], Result]) -> Callable[[Any, Command], Result]:
        def said(connection: Any, command: Command) -> Result:
            statement = getattr(command, "text", "")
            if not stopped and statement.lstrip().startswith(text):
                stopped.append(statement)
                os.kill(os.getpid(), signal.SIGSTOP)
            return say(connection, command)

        return said

    for driver in (SqliteConnection, PostgresConnection):
        driver.say = halting(driver.say)  # type: ignore[method-assign]


if __name__ == "__main__":
    if halt := os.environ.get("HALT_BEFORE"):
        arm(halt)
    main()
