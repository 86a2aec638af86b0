"""The process in which a seed of the form `module:function` runs: `python -m nicol.ops.seed_function shop.seed:main`.

A function with one parameter is given a connected client of the class that annotates it, in one transaction, so that a
seed that fails leaves nothing behind; an `async` one an asynchronous client. Without parameters it is just called.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any, get_type_hints

LONGEST = 3600.0
"""Seconds that a seed may take: whoever waits for it can end it, and the five seconds of other transactions are few for one."""


def main(where: str) -> int:
    """Run the function; 0 when it came to its end."""
    sys.path[:0] = [str(Path.cwd()), str(Path.cwd() / "src")]
    try:
        module, _, path = where.partition(":")
        function: Callable[..., Any] = attrgetter(path)(import_module(module))
        _call(function)
    except Exception as error:  # noqa: BLE001 - whatever the seed raises is told in its own words
        sys.stderr.write(_told(error))
        return 1
    return 0


def _call(function: Callable[..., Any]) -> None:
    client = _client_class(function)
    if client is None:
        answer = function()
        if inspect.isawaitable(answer):
            asyncio.run(_awaited(answer))
    elif inspect.iscoroutinefunction(function):
        asyncio.run(_seed_awaiting(function, client))
    else:
        with client(url=os.environ["DATABASE_URL"]) as db, db.tx(timeout=LONGEST) as transaction:
            function(transaction)


async def _awaited(answer: Any) -> None:
    await answer


async def _seed_awaiting(function: Callable[..., Any], client: Callable[..., Any]) -> None:
    async with client(url=os.environ["DATABASE_URL"]) as db, db.tx(timeout=LONGEST) as transaction:
        await function(transaction)


def _client_class(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The class that annotates the function's only required parameter."""
    required = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
    ]
    if not required:
        return None
    hint = get_type_hints(function).get(required[0].name)
    if len(required) > 1 or not callable(hint):
        raise TypeError("a seed function takes nothing, or one client: def main(db: Client) -> None")
    return hint


def _told(error: Exception) -> str:
    """The error and the place in the seed where it happened."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
