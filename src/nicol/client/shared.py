"""What the two clients share: every call is a program, and only what runs it differs."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from nicol.client import raw
from nicol.client.delegate import delegate_of
from nicol.client.listening import Listener, observer_of
from nicol.client.scope import Terms

if TYPE_CHECKING:
    from nicol.client.connect import Link
    from nicol.client.modules import Modules
    from nicol.sql.program import Program, Result

Seconds: TypeAlias = float | timedelta


class SharedClient(ABC):
    """A client of a generated package, whatever runs its programs."""

    __nicol_modules__: ClassVar[Modules]
    """The generated package that the client belongs to."""

    def __init__(
        self, *, url: str | None = None, log_queries: bool | Listener = False, log_values: bool = False
    ) -> None:
        """`url` decides the database; without it the schema's variable does, or `DATABASE_URL`.

        `log_queries` writes every statement to the logger `nicol.query`, or gives it to a function; `log_values`
        adds the values, which may be secrets.
        """
        self._url = url
        self._observer = observer_of(log_queries, log_values)
        self._link: Link | None = None
        self._runner: Any = None

    def is_connected(self) -> bool:
        """True after `connect` or the first call, until `disconnect`."""
        return self._runner is not None

    @abstractmethod
    def _answer(self, model: str, operation: str, arguments: dict[str, Any]) -> Any:
        """What a delegate's operation returns: the answer, or what is awaited for it."""

    def _call(self, model: str, operation: str, arguments: dict[str, Any]) -> tuple[Any, Program[Any], bool]:
        """A delegate's call: what runs it, its program, and whether it writes."""
        runner = self._runner or self._open()
        plan, values = self._linked().engine.plan(model, operation, arguments)
        return runner, plan.program(values, in_transaction=runner.inside), plan.writes

    def _raw(self, sql: str, args: tuple[Any, ...]) -> tuple[Any, Program[Result]]:
        """A raw text: what runs it, and its program."""
        runner, link = self._open(), self._linked()
        return runner, raw.say(sql, link.parameters(args))

    def _linked(self) -> Link:
        if self._link is None:
            from nicol.client.connect import open_link

            self._link = open_link(self.__nicol_modules__.package, self._url, os.environ)
        return self._link

    def _open(self) -> Any:
        """What runs the programs; nothing is connected by this."""
        if self._runner is None:
            self._runner = self._new_runner(self._linked())
        return self._runner

    @abstractmethod
    def _new_runner(self, link: Link) -> Any:
        """What runs programs, blocking or awaiting."""

    def _inside(self, runner: Any) -> Self:
        """The same client on one transaction."""
        client = object.__new__(type(self))
        SharedClient.__init__(client, url=self._url)
        client._link, client._runner = self._link, runner
        return client

    def _delegate(self, name: str) -> Any:
        model = None if name.startswith("__") else self.__nicol_modules__.package.delegates.get(name)
        if model is None:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )
        delegate = delegate_of(model, self._answer)
        setattr(self, name, delegate)
        return delegate

    if not TYPE_CHECKING:  # type checkers know the delegates from the generated stubs and find misspelt ones
        __getattr__ = _delegate

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.__nicol_modules__.package.delegates]


_PRISMA_LEVELS = {
    "ReadUncommitted": "READ UNCOMMITTED",
    "ReadCommitted": "READ COMMITTED",
    "RepeatableRead": "REPEATABLE READ",
    "Serializable": "SERIALIZABLE",
}


def terms(max_wait: Seconds, timeout: Seconds, isolation_level: str | None) -> Terms:
    """How a transaction is to be; the isolation level in Prisma's word or in SQL's."""
    isolation = None if isolation_level is None else _PRISMA_LEVELS.get(isolation_level, isolation_level)
    return Terms(_seconds(max_wait), _seconds(timeout), isolation)


def _seconds(duration: Seconds) -> float:
    return duration.total_seconds() if isinstance(duration, timedelta) else duration
