"""Who listens to a client's statements: the logger `nicol.query`, or a function."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from nicol.drivers.connection import Observation, Observer

Listener: TypeAlias = "Callable[[Observation], None]"

_log = logging.getLogger("nicol.query")


def observer_of(wanted: bool | Listener, values: bool) -> Observer | None:
    """The observer that a client asks for; None costs nothing. `values`: parameters are told, which may be secrets."""
    if wanted is False:
        return None
    from nicol.drivers.connection import Observer

    return Observer(write_to_log if wanted is True else wanted, params=values)


def write_to_log(observation: Observation) -> None:
    """One line for each statement: milliseconds, rows, text, and the values where they were asked for."""
    if observation.error is not None:
        _log.warning(
            "%.2f ms, failed: %s [%s]", _milliseconds(observation), observation.text, observation.error
        )
    elif observation.params is None:
        _log.info("%.2f ms, %d rows: %s", _milliseconds(observation), observation.rows, observation.text)
    else:
        _log.info(
            "%.2f ms, %d rows: %s %r",
            _milliseconds(observation),
            observation.rows,
            observation.text,
            observation.params,
        )


def _milliseconds(observation: Observation) -> float:
    return observation.seconds * 1000
