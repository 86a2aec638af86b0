"""What is done after a transaction was kept. All of it is, whatever fails, and what fails is told as one error."""

from __future__ import annotations

from collections.abc import Sequence

from nicol.client.scope import Hook
from nicol.errors import AfterCommitFailed, QueryInvalid


def check_blocking(hook: Hook) -> None:
    """QueryInvalid for a function that nobody would await."""
    import inspect

    if inspect.iscoroutinefunction(hook):
        raise QueryInvalid(
            "a function after the commit of a blocking client cannot be awaited",
            help="use the asynchronous client, or a plain function",
        )


def run_hooks(hooks: Sequence[Hook]) -> None:
    """Call every function; AfterCommitFailed when some have failed."""
    errors: list[Exception] = []
    for hook in hooks:
        try:
            hook()
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)
    _tell(errors, len(hooks))


async def await_hooks(hooks: Sequence[Hook]) -> None:
    """Call every function, and await those that are to be awaited; AfterCommitFailed when some have failed."""
    import inspect

    errors: list[Exception] = []
    for hook in hooks:
        try:
            answer = hook()
            if inspect.isawaitable(answer):
                await answer
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)
    _tell(errors, len(hooks))


def _tell(errors: Sequence[Exception], count: int) -> None:
    if errors:
        raise AfterCommitFailed(errors, count) from errors[0]
