"""A model's operations on a client. Its stub says what each takes and returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nicol.query.references import FieldRefs

READS = (
    "find_unique",
    "find_unique_or_raise",
    "find_first",
    "find_first_or_raise",
    "find_many",
    "count",
    "aggregate",
    "group_by",
)
"""Every operation of a view, and of a model those that only read."""

WRITES = (
    "create",
    "create_many",
    "create_many_and_return",
    "update",
    "update_many",
    "update_many_and_return",
    "update_each",
    "upsert",
    "upsert_many",
    "upsert_many_and_return",
    "delete",
    "delete_many",
    "delete_many_and_return",
)
"""The other operations of a model."""


class ViewDelegate:
    """The operations of one view: a blocking client returns their answers, an asynchronous one is awaited for them."""

    __slots__ = ("_answer", "_model", "_stream")

    def __init__(
        self,
        model: str,
        answer: Callable[[str, str, dict[str, Any]], Any],
        stream: Callable[[str, dict[str, Any]], Any],
    ) -> None:
        self._model = model
        self._answer = answer
        self._stream = stream

    def stream(self, *nameless: Any, **arguments: Any) -> Any:
        """The rows of a page one by one, read in pieces."""
        if nameless:
            raise _nameless(self._model, "stream")
        return self._stream(self._model, arguments)

    @property
    def fields(self) -> FieldRefs:
        """The model's fields, to be compared with one another in filters."""
        from nicol.query.references import FieldRefs

        return FieldRefs(self._model)

    def __getattr__(self, name: str) -> Any:
        from nicol.client.missing import missing

        if name in WRITES:
            raise AttributeError(f"`{self._model}` is a view, which is only read: it has no {name!r}")
        raise missing(f"`{self._model}`", name, dir(type(self)))

    def __repr__(self) -> str:
        return f"<operations of {self._model}>"


class Delegate(ViewDelegate):
    """The operations of one model: those of a view, and those that write."""

    __slots__ = ()


def _nameless(model: str, operation: str) -> TypeError:
    from nicol.client.missing import nameless

    return nameless(model, operation)


def _add(name: str, delegate: type[ViewDelegate]) -> None:
    def call(self: ViewDelegate, *nameless: Any, **arguments: Any) -> Any:
        if nameless:
            raise _nameless(self._model, name)  # pyright: ignore[reportPrivateUsage] - as below
        return self._answer(self._model, name, arguments)  # pyright: ignore[reportPrivateUsage] - a method of the class

    call.__name__ = name
    call.__qualname__ = f"{delegate.__name__}.{name}"
    setattr(delegate, name, call)


for _name in READS:
    _add(_name, ViewDelegate)
for _name in WRITES:
    _add(_name, Delegate)

AsyncDelegate = BatchDelegate = Delegate
AsyncViewDelegate = BatchViewDelegate = ViewDelegate
"""The same operations under the names by which the stubs of asynchronous clients and of batches know them."""


def delegate_class(name: str, module: str, model: str, base: type[ViewDelegate]) -> type[Any]:
    """The class of the operations of one model or view, made with the client that answers them."""

    def new(self: ViewDelegate, client: Any) -> None:
        ViewDelegate.__init__(self, model, client._answer, client._stream)  # noqa: SLF001 - the two halves of a client

    body = {"__module__": module, "__doc__": f"The operations of {model}.", "__init__": new}
    return type(name, (base,), body)
