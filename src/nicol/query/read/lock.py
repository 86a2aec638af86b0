"""Reads which lock a read asks for on the rows that it finds."""

from __future__ import annotations

from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.models import Model
from nicol.query.query import Lock
from nicol.query.read.kinds import Arguments, is_dict

MODES = ("update", "no_key_update", "share", "key_share")
WAITS = ("skip", "nowait")


def read_lock(model: Model, given: Arguments) -> Lock | None:
    """The lock of a read: a mode, or a dictionary with `mode` and `wait`; None where none is asked for."""
    wanted: Any = given.get("lock")
    if wanted is None:
        return None
    if given.get("distinct") is not None:
        raise invalid(
            "`lock` and `distinct` cannot stand side by side: a row of the answer is not one of the table",
            model=model.name,
            hint="find the keys first, and lock their rows with a second read",
        )
    if is_dict(wanted):
        for name in wanted:
            if name not in ("mode", "wait"):
                unknown("part of `lock`", name, ("mode", "wait"), model=model.name)
        return Lock(_mode(model, wanted.get("mode")), _wait(model, wanted.get("wait")))
    return Lock(_mode(model, wanted))


def _mode(model: Model, given: Any) -> Any:
    if given not in MODES:
        unknown("mode of `lock`", given, MODES, model=model.name)
    return given


def _wait(model: Model, given: Any) -> Any:
    if given is not None and given not in WAITS:
        unknown("`wait` of `lock`", given, WAITS, model=model.name)
    return given
