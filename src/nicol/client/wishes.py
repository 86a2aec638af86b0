"""Extensions: methods of a client's subclass that are called before each part of its calls, or after each call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias, TypeVar

import msgspec

from nicol.client.delegate import READS, WRITES

Path: TypeAlias = tuple[str, ...]


class Part(msgspec.Struct, frozen=True):
    """A call, or a read or write that is nested in it.

    `operation` of a nested one is its own word (`create`, `connect`, `delete_many`…), or `find_many` and `find_first` for
    what is included. `arguments` are spelled as those of the operation itself. `path` leads to it from the call: field
    names and words, empty for the call itself.
    """

    model: str
    operation: str
    arguments: Mapping[str, Any]
    path: Path = ()


class Done(msgspec.Struct, frozen=True):
    """A call that has ended. `seconds` are those of all of it, the wait for a connection included."""

    model: str | None
    operation: str
    seconds: float
    error: BaseException | None = None


Before: TypeAlias = Callable[[Part], Mapping[str, Any] | None]
After: TypeAlias = Callable[[Done], object]
B = TypeVar("B", bound=Callable[[Any, Part], Mapping[str, Any] | None])
A = TypeVar("A", bound=Callable[[Any, Done], object])


CALLS = (*READS, *WRITES)
PARTS = (*CALLS, "stream", "connect", "connect_or_create", "set", "disconnect")
"""The operations that methods are called before: those of models, and the words of nested acts."""


class Wish(msgspec.Struct, frozen=True):
    """When a method wants to be called: before or after, of which operations and models; empty: of all."""

    when: str
    operations: frozenset[str]
    models: frozenset[str]

    def fits(self, model: str | None, operation: str) -> bool:
        """True for these operations of these models."""
        return (not self.operations or operation in self.operations) and (
            not self.models or model in self.models
        )


def before(*operations: str, model: str | Collection[str] = ()) -> Callable[[B], B]:
    """Call the method before each part of a call. It returns other arguments, or None, or raises to refuse the call."""
    _check("before", "operation", operations, PARTS)
    return lambda method: _marked(method, "before", operations, model)


def after(*operations: str, model: str | Collection[str] = ()) -> Callable[[A], A]:
    """Call the method when a call has ended, well or badly."""
    _check("after", "operation", operations, CALLS)
    return lambda method: _marked(method, "after", operations, model)


M = TypeVar("M", bound=Callable[..., Any])


def _marked(method: M, when: str, operations: Collection[str], model: str | Collection[str]) -> M:
    models = {model} if isinstance(model, str) else model
    wish = Wish(when, frozenset(operations), frozenset(models))
    setattr(method, _MARK, wish)
    return method


def _check(when: str, what: str, names: Collection[str], known: Collection[str]) -> None:
    """ValueError for a name that is none: the method would never be called, and what it was to keep would be open."""
    for name in names:
        if name not in known:
            from nicol.diagnostics import suggestion

            near = suggestion(name, known)
            way_out = f"did you mean {near!r}?" if near else f"known here: {', '.join(sorted(known))}"
            raise ValueError(f"`@{when}` knows no {what} {name!r}: {way_out}")


def check_models(wishes: Iterable[tuple[str, Wish]], models: Collection[str]) -> None:
    """ValueError where a method wants to be called for a model that there is not."""
    for _, wish in wishes:
        _check(wish.when, "model", wish.models, models)


_MARK = "__nicol_wish__"


@cache
def wishes_of(kind: type[Any], when: str) -> tuple[tuple[str, Wish], ...]:
    """The methods of a class that want to be called, in the order of their classes, the first ones first."""
    names = dict.fromkeys(name for base in reversed(kind.__mro__) for name in vars(base))
    found = (
        (name, getattr(getattr(kind, name, None), _MARK, None)) for name in names if not name.startswith("__")
    )
    return tuple((name, wish) for name, wish in found if isinstance(wish, Wish) and wish.when == when)
